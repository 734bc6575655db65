//! Up to where the wallet pays without asking: the shopper's choice, never above the provider's.

use proto::v1;

use super::{Effect, Model};

/// Which limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Of one payment.
    PerPayment,
    /// Of all payments of a day.
    PerDay,
}

/// Tenths of the provider's limit that can be chosen.
const TENTHS: [i64; 4] = [0, 1, 5, 10];

impl Limit {
    fn of(self, limits: &v1::ApprovalLimits) -> Option<&v1::Money> {
        match self {
            Self::PerPayment => limits.per_payment.as_ref(),
            Self::PerDay => limits.per_day.as_ref(),
        }
    }
}

impl Model {
    /// The limit that holds now.
    pub fn limit(&self, limit: Limit) -> Option<&v1::Money> {
        limit.of(self.memory.account.as_ref()?.wallet.approval_limits.as_ref()?)
    }

    /// What can be chosen, least first: to be asked always, parts of what the provider allows, all of it; and what holds now.
    pub fn limit_choices(&self, limit: Limit) -> Vec<v1::Money> {
        let (Some(most), Some(now)) = (self.limit_of_provider(limit), self.limit(limit)) else {
            return Vec::new();
        };
        // Tenths of an amount whose tenfold need not fit.
        let part = |tenths: i64| most.minor_units / 10 * tenths + most.minor_units % 10 * tenths / 10;
        let mut minors: Vec<i64> = TENTHS.into_iter().map(part).chain([now.minor_units]).collect();
        minors.sort_unstable();
        minors.dedup();
        minors.into_iter().map(|minor_units| v1::Money { minor_units, ..most.clone() }).collect()
    }

    fn limit_of_provider(&self, limit: Limit) -> Option<&v1::Money> {
        limit.of(self.memory.account.as_ref()?.provider.approval_limits.as_ref()?)
    }
}

/// Sends a choice with the other limit as it is. A limit that is not below the provider's is left to the provider, so that it
/// follows when the provider allows more.
pub(super) fn choose(model: &mut Model, chosen: Limit, minor_units: i64) -> Vec<Effect> {
    let same = model.limit(chosen).is_none_or(|now| now.minor_units == minor_units);
    if same || std::mem::replace(&mut model.setting_limits, true) {
        return vec![];
    }
    let wanted = |limit: Limit| {
        let now = model.limit(limit)?.clone();
        let wanted = if limit == chosen { v1::Money { minor_units, ..now } } else { now };
        Some(wanted)
            .filter(|wanted| wanted.minor_units < model.limit_of_provider(limit).map_or(0, |m| m.minor_units))
    };
    let (per_payment, per_day) = (wanted(Limit::PerPayment), wanted(Limit::PerDay));
    vec![Effect::SetLimits(v1::ApprovalLimits { per_payment, per_day })]
}
