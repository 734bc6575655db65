//! A new version of the wallet takes over at a quiet moment: never while a payment is under way, and without being asked only
//! while nobody looks. Everything is on the phone's disk before, so nothing is lost.

use super::{Answering, Effect, Model, Pay, Stage};

/// Which version runs, and which could.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// The newest that the phone has.
    #[default]
    Newest,
    /// A newer one is on the phone and waits.
    Ready,
    /// It was asked to take over.
    Asked,
    /// It has taken over for other pages; this one still runs the old.
    Old,
}

impl Model {
    /// Whether a payment or a change is under way, so that this is no moment for anything else.
    pub fn is_busy(&self) -> bool {
        self.waiting().is_some()
            || matches!(self.answering, Answering::Sent(_))
            || !self.working.is_empty()
            || self.setting_limits
            || matches!(self.stage, Stage::Starting | Stage::Welcome { opening: true, .. })
    }

    /// Whether to offer the new version: not over a code that is being shown.
    pub fn offers_version(&self) -> bool {
        matches!(self.version, Version::Ready | Version::Old)
            && !self.is_busy()
            && !matches!(self.pay, Pay::Code(_))
    }
}

/// A newer version is on the phone.
pub(super) fn ready(model: &mut Model) -> Vec<Effect> {
    if model.version == Version::Newest {
        model.version = Version::Ready;
    }
    if model.hidden { take(model) } else { vec![] }
}

/// This is a quiet moment, or the shopper wants it now.
pub(super) fn take(model: &mut Model) -> Vec<Effect> {
    if model.is_busy() {
        return vec![];
    }
    let change = match model.version {
        Version::Newest | Version::Asked => return vec![],
        Version::Ready => Effect::TakeVersion,
        Version::Old => Effect::Reload,
    };
    if model.version == Version::Ready {
        model.version = Version::Asked;
    }
    model.memory.updating = true;
    vec![Effect::Save, change]
}

/// It has taken over. This page starts anew with it, now if it was this page that asked.
pub(super) fn taken(model: &mut Model) -> Vec<Effect> {
    let asked = std::mem::replace(&mut model.version, Version::Old) == Version::Asked;
    if asked || model.hidden { take(model) } else { vec![] }
}
