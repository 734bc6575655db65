//! The recovery code: shown once, to be written down, and asked for by its end, so that who says so has it.

use shared::typed_code::RecoveryCode;

use super::super::{Effect, Model, update};
use crate::api::CallError;

/// The recovery code on its way to paper.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recovery {
    /// The code, while it is shown. It is nowhere else on the phone.
    pub code: Option<String>,
    /// What the shopper typed of it.
    pub typed: String,
    /// What was typed is not its end.
    pub wrong: bool,
    /// A new one is being made.
    pub renewing: bool,
}

/// Something happened to the recovery code.
#[derive(Debug, Clone)]
pub enum RecoveryEvent {
    /// The shopper wants a new one.
    RenewTapped,
    /// The provider made one.
    Came(Result<String, CallError>),
    /// The shopper typed at its end.
    Typed(String),
    /// The shopper has written it down.
    KeptTapped,
    /// The shopper has no pen now; the wallet reminds.
    LaterTapped,
}

pub(crate) fn on(model: &mut Model, event: RecoveryEvent) -> Vec<Effect> {
    let recovery = &mut model.recovery;
    match event {
        RecoveryEvent::RenewTapped => match std::mem::replace(&mut recovery.renewing, true) {
            true => vec![],
            false => vec![Effect::RenewRecoveryCode],
        },
        RecoveryEvent::Came(Ok(code)) => {
            *recovery = Recovery { code: Some(code), ..Recovery::default() };
            model.memory.recovery_kept = false;
            vec![Effect::Save]
        }
        RecoveryEvent::Came(Err(error)) => {
            recovery.renewing = false;
            update::failed_and_said(model, error)
        }
        RecoveryEvent::Typed(text) => {
            recovery.typed = text;
            recovery.wrong = false;
            vec![]
        }
        RecoveryEvent::KeptTapped => {
            let code = recovery.code.as_deref().and_then(|code| code.parse::<RecoveryCode>().ok());
            if code.is_some_and(|code| code.ends_with(&recovery.typed)) {
                *recovery = Recovery::default();
                model.memory.recovery_kept = true;
                return vec![Effect::Save];
            }
            recovery.wrong = true;
            vec![]
        }
        RecoveryEvent::LaterTapped => {
            *recovery = Recovery::default();
            vec![]
        }
    }
}
