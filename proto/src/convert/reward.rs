//! Rewards.

use shared::{
    money::{Currency, Money},
    offer::Reward,
};

use super::{FieldError, money_from_wire, money_to_wire, offer::amount_in};
use crate::v1::{self, terms::Reward as WireReward};

/// A reward and the currency of its amounts.
pub(super) fn reward_from_wire(wire: &WireReward) -> Result<(Currency, Reward), FieldError> {
    let money = |field: &str, wire: Option<&v1::Money>| -> Result<(Currency, i64), FieldError> {
        let money = money_from_wire(field, wire)?;
        Ok((money.currency, money.minor))
    };
    Ok(match wire {
        WireReward::AmountOffEach(each) => {
            let (currency, amount_minor) = money("amount_off_each.amount", each.amount.as_ref())?;
            (currency, Reward::AmountOffEach { amount_minor, max_units: each.max_units })
        }
        WireReward::AmountOff(off) => {
            let (currency, amount_minor) = money("amount_off.amount", off.amount.as_ref())?;
            (currency, Reward::AmountOff { amount_minor })
        }
        WireReward::PercentOff(percent) => {
            let (currency, cap_minor) = money("percent_off.cap", percent.cap.as_ref())?;
            (currency, Reward::PercentOff { basis_points: percent.basis_points, cap_minor })
        }
        WireReward::FixedPrice(fixed) => {
            let (currency, cap_minor) = money("fixed_price.cap", fixed.cap.as_ref())?;
            let price_each_minor = amount_in(currency, "fixed_price.price_each", fixed.price_each.as_ref())?;
            (currency, Reward::FixedPrice { price_each_minor, max_units: fixed.max_units, cap_minor })
        }
        WireReward::FreeItems(free) => {
            let (currency, cap_minor) = money("free_items.cap", free.cap.as_ref())?;
            (currency, Reward::FreeItems { units: free.units, cap_minor })
        }
        WireReward::BuyGet(sets) => {
            let (currency, cap_minor) = money("buy_get.cap", sets.cap.as_ref())?;
            let v1::BuyGet { buy, get, basis_points, max_sets, .. } = *sets;
            (currency, Reward::BuyGet { buy, get, basis_points, max_sets, cap_minor })
        }
    })
}

/// A reward for sending.
pub(super) fn reward_to_wire(reward: Reward, currency: Currency) -> WireReward {
    let money = |minor| Some(money_to_wire(Money::new(currency, minor)));
    match reward {
        Reward::AmountOffEach { amount_minor, max_units } => {
            WireReward::AmountOffEach(v1::AmountOffEach { amount: money(amount_minor), max_units })
        }
        Reward::AmountOff { amount_minor } => {
            WireReward::AmountOff(v1::AmountOff { amount: money(amount_minor) })
        }
        Reward::PercentOff { basis_points, cap_minor } => {
            WireReward::PercentOff(v1::PercentOff { basis_points, cap: money(cap_minor) })
        }
        Reward::FixedPrice { price_each_minor, max_units, cap_minor } => {
            let (price_each, cap) = (money(price_each_minor), money(cap_minor));
            WireReward::FixedPrice(v1::FixedPrice { price_each, max_units, cap })
        }
        Reward::FreeItems { units, cap_minor } => {
            WireReward::FreeItems(v1::FreeItems { units, cap: money(cap_minor) })
        }
        Reward::BuyGet { buy, get, basis_points, max_sets, cap_minor } => {
            WireReward::BuyGet(v1::BuyGet { buy, get, basis_points, max_sets, cap: money(cap_minor) })
        }
    }
}
