//! Offers and their terms.

use shared::{
    gs1::Gtin,
    money::{Currency, Money},
    offer::{RefundPolicy, Reward, Terms, TermsParts},
};

use super::{FieldError, money_from_wire, money_to_wire, parsed, required, time_from_wire, time_to_wire};
use crate::v1::{self, terms::Reward as WireReward};

/// Checked terms.
pub fn terms_from_wire(wire: &v1::Terms) -> Result<Terms, FieldError> {
    let gtins = wire
        .gtins
        .iter()
        .enumerate()
        .map(|(i, text)| Gtin::parse(text).map_err(|error| FieldError::new(format!("gtins[{i}]"), error)))
        .collect::<Result<_, _>>()?;
    let stores = wire
        .merchant_ids
        .iter()
        .enumerate()
        .map(|(i, text)| parsed(&format!("merchant_ids[{i}]"), text))
        .collect::<Result<_, _>>()?;
    let (currency, reward) = reward_from_wire(required("reward", wire.reward.as_ref())?)?;
    let parts = TermsParts {
        currency,
        gtins,
        reward,
        stores,
        starts_at: time_from_wire("starts_at", wire.starts_at.as_ref())?,
        ends_at: time_from_wire("ends_at", wire.ends_at.as_ref())?,
        refund_policy: match wire.refund_policy() {
            v1::RefundPolicy::Restore => RefundPolicy::Restore,
            v1::RefundPolicy::Unspecified | v1::RefundPolicy::RestoreIfValid => RefundPolicy::RestoreIfValid,
            v1::RefundPolicy::Burn => RefundPolicy::Burn,
        },
    };
    Terms::try_from(parts).map_err(|error| FieldError::new("terms", error))
}

fn reward_from_wire(wire: &WireReward) -> Result<(Currency, Reward), FieldError> {
    match wire {
        WireReward::AmountOffEach(each) => {
            let amount = money_from_wire("amount_off_each.amount", each.amount.as_ref())?;
            let reward = Reward::AmountOffEach { amount_minor: amount.minor, max_units: each.max_units };
            Ok((amount.currency, reward))
        }
        WireReward::PercentOff(percent) => {
            let cap = money_from_wire("percent_off.cap", percent.cap.as_ref())?;
            let reward = Reward::PercentOff { basis_points: percent.basis_points, cap_minor: cap.minor };
            Ok((cap.currency, reward))
        }
        WireReward::AmountOffSpend(spend) => {
            let amount = money_from_wire("amount_off_spend.amount", spend.amount.as_ref())?;
            let minimum = money_from_wire("amount_off_spend.minimum_spend", spend.minimum_spend.as_ref())?;
            if amount.currency != minimum.currency {
                let problem = "must be in the currency of the amount";
                return Err(FieldError::new("amount_off_spend.minimum_spend", problem));
            }
            let reward =
                Reward::AmountOffSpend { amount_minor: amount.minor, minimum_spend_minor: minimum.minor };
            Ok((amount.currency, reward))
        }
    }
}

/// Terms for sending.
pub fn terms_to_wire(terms: &Terms) -> v1::Terms {
    let parts = terms.parts();
    let money = |minor| Some(money_to_wire(Money::new(parts.currency, minor)));
    let reward = match parts.reward {
        Reward::AmountOffEach { amount_minor, max_units } => {
            WireReward::AmountOffEach(v1::AmountOffEach { amount: money(amount_minor), max_units })
        }
        Reward::PercentOff { basis_points, cap_minor } => {
            WireReward::PercentOff(v1::PercentOff { basis_points, cap: money(cap_minor) })
        }
        Reward::AmountOffSpend { amount_minor, minimum_spend_minor } => {
            WireReward::AmountOffSpend(v1::AmountOffSpend {
                amount: money(amount_minor),
                minimum_spend: money(minimum_spend_minor),
            })
        }
    };
    v1::Terms {
        gtins: parts.gtins.iter().map(|gtin| gtin.short()).collect(),
        reward: Some(reward),
        merchant_ids: parts.stores.iter().map(ToString::to_string).collect(),
        starts_at: Some(time_to_wire(parts.starts_at)),
        ends_at: Some(time_to_wire(parts.ends_at)),
        refund_policy: match parts.refund_policy {
            RefundPolicy::Restore => v1::RefundPolicy::Restore,
            RefundPolicy::RestoreIfValid => v1::RefundPolicy::RestoreIfValid,
            RefundPolicy::Burn => v1::RefundPolicy::Burn,
        }
        .into(),
    }
}
