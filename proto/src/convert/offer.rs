//! Offers and their terms.

use std::str::FromStr;

use shared::{
    money::{Currency, Money},
    offer::{
        AppliesTo, Combine, Hours, Items, Need, Pick, RefundPolicy, Requirement, Stacking, Terms, TermsError,
        TermsParts,
    },
};

use super::{
    FieldError, money_from_wire, money_to_wire, required,
    reward::{reward_from_wire, reward_to_wire},
    time_from_wire, time_to_wire,
};
use crate::v1::{self, requirement::Need as WireNeed};

/// Checked terms.
pub fn terms_from_wire(wire: &v1::Terms) -> Result<Terms, FieldError> {
    let (currency, reward) = reward_from_wire(required("reward", wire.reward.as_ref())?)?;
    let requirement = |(i, wire): (usize, &v1::Requirement)| {
        requirement_from_wire(wire, currency).map_err(|error| error.within(format!("requirements[{i}]")))
    };
    let parts = TermsParts {
        currency,
        requirements: wire.requirements.iter().enumerate().map(requirement).collect::<Result<_, _>>()?,
        combine: combine_from_wire(wire.combination)?,
        reward,
        applies_to: match wire.applies_to {
            0 => AppliesTo::Every,
            place => AppliesTo::One(place as usize - 1),
        },
        pick: pick_from_wire(wire.pick)?,
        basket_minimum_minor: match &wire.basket_minimum {
            Some(minimum) => amount_in(currency, "basket_minimum", Some(minimum))?,
            None => 0,
        },
        stores: list("merchant_ids", &wire.merchant_ids)?,
        branches: list("branch_glns", &wire.branch_glns)?,
        starts_at: time_from_wire("starts_at", wire.starts_at.as_ref())?,
        ends_at: time_from_wire("ends_at", wire.ends_at.as_ref())?,
        hours: wire.hours.as_ref().map(hours_from_wire).transpose()?,
        stacking: wire.stacking.as_ref().map(stacking_from_wire).unwrap_or_default(),
        refund_policy: refund_policy_from_wire(wire.refund_policy)?,
    };
    Terms::try_from(parts).map_err(|error| FieldError::new(field_of(&error), error))
}

/// The field that a rule of the terms speaks of.
fn field_of(error: &TermsError) -> &'static str {
    match error {
        TermsError::BadRequirements(_)
        | TermsError::NoItems
        | TermsError::TooManyItems(_)
        | TermsError::TooManyFamilies(_)
        | TermsError::ItemTwice(_)
        | TermsError::FamilyTwice(_)
        | TermsError::ItemNotGlobal(_)
        | TermsError::BadWeight(_)
        | TermsError::SpendBelowReward => "requirements",
        TermsError::BadAmount { what: "a minimum spend", .. } => "requirements",
        TermsError::BadAmount { what: "a basket minimum", .. } => "basket_minimum",
        TermsError::BadAmount { .. }
        | TermsError::BadUnits(_)
        | TermsError::BadSets(_)
        | TermsError::BadPercent(_) => "reward",
        TermsError::TooManyStores(_) => "merchant_ids",
        TermsError::EmptyWindow => "ends_at",
        TermsError::BadHours => "hours",
        TermsError::AppliesToNothing(_) => "applies_to",
        TermsError::CheapestOfWhat => "pick",
        TermsError::BadGroup => "stacking.group",
    }
}

/// An amount in the currency of the terms.
pub(super) fn amount_in(
    currency: Currency,
    field: &str,
    wire: Option<&v1::Money>,
) -> Result<i64, FieldError> {
    let amount = money_from_wire(field, wire)?;
    if amount.currency == currency {
        Ok(amount.minor)
    } else {
        Err(FieldError::new(field, "must be in the currency of the reward"))
    }
}

fn list<T: FromStr<Err: std::fmt::Display>>(field: &str, texts: &[String]) -> Result<Vec<T>, FieldError> {
    texts
        .iter()
        .enumerate()
        .map(|(i, text)| text.parse().map_err(|error| FieldError::new(format!("{field}[{i}]"), error)))
        .collect()
}

fn requirement_from_wire(wire: &v1::Requirement, currency: Currency) -> Result<Requirement, FieldError> {
    let gtin = |(i, text): (usize, &String)| {
        shared::gs1::Gtin::parse(text).map_err(|error| FieldError::new(format!("gtins[{i}]"), error))
    };
    let gtins = wire.gtins.iter().enumerate().map(gtin).collect::<Result<_, _>>()?;
    let items = Items::new(gtins, list("company_prefixes", &wire.company_prefixes)?);
    let need = match required("need", wire.need.as_ref())? {
        WireNeed::Units(units) => Need::Units(*units),
        WireNeed::Spend(spend) => Need::Spend(amount_in(currency, "spend", Some(spend))?),
        WireNeed::WeightGrams(grams) => Need::WeightGrams(*grams),
    };
    Ok(Requirement { items, need })
}

fn hours_from_wire(wire: &v1::Hours) -> Result<Hours, FieldError> {
    let out_of_range = |field| move |_| FieldError::new(format!("hours.{field}"), "is out of range");
    Ok(Hours {
        weekdays: u8::try_from(wire.weekdays).map_err(out_of_range("weekdays"))?,
        from_minute: u16::try_from(wire.from_minute).map_err(out_of_range("from_minute"))?,
        to_minute: u16::try_from(wire.to_minute).map_err(out_of_range("to_minute"))?,
        utc_offset_minutes: i16::try_from(wire.utc_offset_minutes)
            .map_err(out_of_range("utc_offset_minutes"))?,
    })
}

fn stacking_from_wire(wire: &v1::Stacking) -> Stacking {
    let group = Some(wire.group.clone()).filter(|group| !group.is_empty());
    Stacking { group, exclusive: wire.exclusive }
}

fn unknown(field: &str) -> FieldError {
    FieldError::new(field, "is not a value that this version knows")
}

fn combine_from_wire(wire: i32) -> Result<Combine, FieldError> {
    use v1::RequirementCombination as Wire;
    match Wire::try_from(wire).map_err(|_| unknown("combination"))? {
        Wire::Unspecified | Wire::All => Ok(Combine::All),
        Wire::Any => Ok(Combine::Any),
        Wire::PrimaryAndEither => Ok(Combine::PrimaryAndEither),
    }
}

fn pick_from_wire(wire: i32) -> Result<Pick, FieldError> {
    use v1::RewardPick as Wire;
    match Wire::try_from(wire).map_err(|_| unknown("pick"))? {
        Wire::Unspecified | Wire::All => Ok(Pick::All),
        Wire::Cheapest => Ok(Pick::Cheapest),
        Wire::Dearest => Ok(Pick::Dearest),
    }
}

fn refund_policy_from_wire(wire: i32) -> Result<RefundPolicy, FieldError> {
    use v1::RefundPolicy as Wire;
    match Wire::try_from(wire).map_err(|_| unknown("refund_policy"))? {
        Wire::Restore => Ok(RefundPolicy::Restore),
        Wire::Unspecified | Wire::RestoreIfValid => Ok(RefundPolicy::RestoreIfValid),
        Wire::Burn => Ok(RefundPolicy::Burn),
    }
}

/// Terms for sending.
pub fn terms_to_wire(terms: &Terms) -> v1::Terms {
    let parts = terms.parts();
    let money = |minor| money_to_wire(Money::new(parts.currency, minor));
    let requirement = |requirement: &Requirement| v1::Requirement {
        gtins: requirement.items.gtins().iter().map(|gtin| gtin.short()).collect(),
        company_prefixes: requirement.items.company_prefixes().iter().map(ToString::to_string).collect(),
        need: Some(match requirement.need {
            Need::Units(units) => WireNeed::Units(units),
            Need::Spend(minor) => WireNeed::Spend(money(minor)),
            Need::WeightGrams(grams) => WireNeed::WeightGrams(grams),
        }),
    };
    let combination = match parts.combine {
        Combine::All => v1::RequirementCombination::All,
        Combine::Any => v1::RequirementCombination::Any,
        Combine::PrimaryAndEither => v1::RequirementCombination::PrimaryAndEither,
    };
    let pick = match parts.pick {
        Pick::All => v1::RewardPick::All,
        Pick::Cheapest => v1::RewardPick::Cheapest,
        Pick::Dearest => v1::RewardPick::Dearest,
    };
    let refund_policy = match parts.refund_policy {
        RefundPolicy::Restore => v1::RefundPolicy::Restore,
        RefundPolicy::RestoreIfValid => v1::RefundPolicy::RestoreIfValid,
        RefundPolicy::Burn => v1::RefundPolicy::Burn,
    };
    let stacking = v1::Stacking {
        group: parts.stacking.group.clone().unwrap_or_default(),
        exclusive: parts.stacking.exclusive,
    };
    v1::Terms {
        requirements: parts.requirements.iter().map(requirement).collect(),
        combination: combination.into(),
        reward: Some(reward_to_wire(parts.reward, parts.currency)),
        applies_to: match parts.applies_to {
            AppliesTo::Every => 0,
            AppliesTo::One(place) => u32::try_from(place + 1).unwrap_or(u32::MAX),
        },
        pick: pick.into(),
        basket_minimum: Some(parts.basket_minimum_minor).filter(|minor| *minor > 0).map(money),
        merchant_ids: parts.stores.iter().map(ToString::to_string).collect(),
        branch_glns: parts.branches.iter().map(ToString::to_string).collect(),
        starts_at: Some(time_to_wire(parts.starts_at)),
        ends_at: Some(time_to_wire(parts.ends_at)),
        hours: parts.hours.map(|hours| v1::Hours {
            weekdays: hours.weekdays.into(),
            from_minute: hours.from_minute.into(),
            to_minute: hours.to_minute.into(),
            utc_offset_minutes: hours.utc_offset_minutes.into(),
        }),
        stacking: Some(stacking).filter(|stacking| *stacking != v1::Stacking::default()),
        refund_policy: refund_policy.into(),
    }
}

#[cfg(test)]
mod tests {
    use shared::{offer::Reward, time::UnixMillis};

    use super::*;

    /// Terms that say something in every field.
    fn full() -> Terms {
        let shampoo = shared::gs1::Gtin::parse("6901234567892").unwrap();
        let items = Items::new(vec![shampoo], vec!["6952013".parse().unwrap()]);
        let reward = Reward::BuyGet { buy: 2, get: 1, basis_points: 5_000, max_sets: 2, cap_minor: 2_000 };
        let parts =
            TermsParts::new(Currency::CNY, items.clone(), reward, UnixMillis(0), UnixMillis(86_400_000));
        let spend = Requirement { items, need: Need::Spend(3_000) };
        Terms::try_from(TermsParts {
            requirements: vec![parts.requirements[0].clone(), spend],
            combine: Combine::PrimaryAndEither,
            applies_to: AppliesTo::One(1),
            pick: Pick::Dearest,
            basket_minimum_minor: 5_000,
            stores: vec!["M1001".parse().unwrap()],
            branches: vec!["0614141000012".parse().unwrap()],
            hours: Some(Hours { weekdays: 31, from_minute: 660, to_minute: 840, utc_offset_minutes: -300 }),
            stacking: Stacking { group: Some("dairy".to_owned()), exclusive: true },
            refund_policy: RefundPolicy::Burn,
            ..parts
        })
        .unwrap()
    }

    #[test]
    fn terms_come_back_as_they_went_out() {
        let terms = full();
        assert_eq!(terms_from_wire(&terms_to_wire(&terms)), Ok(terms));
    }

    #[test]
    fn a_field_that_is_wrong_is_named_to_the_place() {
        let check = |change: &dyn Fn(&mut v1::Terms), field: &str| {
            let mut wire = terms_to_wire(&full());
            change(&mut wire);
            assert_eq!(terms_from_wire(&wire).unwrap_err().field, field);
        };
        check(&|t| t.reward = None, "reward");
        check(&|t| t.requirements[1].gtins[0] = "690123".to_owned(), "requirements[1].gtins[0]");
        check(
            &|t| t.requirements[0].company_prefixes.push("1".to_owned()),
            "requirements[0].company_prefixes[1]",
        );
        check(&|t| t.requirements[0].need = None, "requirements[0].need");
        check(&|t| t.requirements.clear(), "requirements");
        check(&|t| t.combination = 9, "combination");
        check(&|t| t.branch_glns[0] = "0614141000013".to_owned(), "branch_glns[0]");
        check(&|t| t.hours.as_mut().unwrap().weekdays = 300, "hours.weekdays");
        check(&|t| t.hours.as_mut().unwrap().weekdays = 0, "hours");
        check(&|t| t.ends_at = t.starts_at, "ends_at");
        check(&|t| t.applies_to = 3, "applies_to");
        let euro = |t: &mut v1::Terms| t.basket_minimum.as_mut().unwrap().currency_code = "EUR".to_owned();
        check(&euro, "basket_minimum");
    }
}
