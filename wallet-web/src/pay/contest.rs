//! Coupons that the till can't use together: of a stacking group one, an exclusive one by itself.

use std::collections::BTreeMap;

use shared::offer::Terms;

/// Why a coupon adds nothing to what a code saves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Apart {
    /// It can't be used together with this one, by its place in the list, which saves more.
    From(usize),
    /// It can only be used by itself, and the others save more together.
    Alone,
}

/// For each coupon, given with the most that it saves, whether it stands back; `None` for those that save most together.
/// Among equals the earlier wins.
///
/// This is about the best that can happen: what the basket holds is known to the till only, so a coupon that stands back still
/// goes into the code where there is room.
pub(super) fn contest(coupons: &[(&Terms, i64)]) -> Vec<Option<Apart>> {
    let mut alone: Option<usize> = None;
    let mut of_group: BTreeMap<&str, usize> = BTreeMap::new();
    let saves = |place: usize| coupons[place].1;
    let wins = |place: usize, over: Option<usize>| over.is_none_or(|over| saves(place) > saves(over));
    for (place, (terms, _)) in coupons.iter().enumerate() {
        let stacking = &terms.parts().stacking;
        if stacking.exclusive {
            alone = if wins(place, alone) { Some(place) } else { alone };
        } else if let Some(group) = &stacking.group
            && wins(place, of_group.get(group.as_str()).copied())
        {
            of_group.insert(group, place);
        }
    }

    let beside = |place: usize| {
        let stacking = &coupons[place].0.parts().stacking;
        let best = stacking.group.as_deref().and_then(|group| of_group.get(group).copied());
        match best {
            _ if stacking.exclusive => Some(Apart::Alone),
            Some(best) if best != place => Some(Apart::From(best)),
            _ => None,
        }
    };
    let together = (0..coupons.len())
        .filter(|place| beside(*place).is_none())
        .fold(0_i64, |sum, place| sum.saturating_add(saves(place)));
    match alone.filter(|place| saves(*place) > together) {
        Some(winner) => {
            (0..coupons.len()).map(|place| (place != winner).then_some(Apart::From(winner))).collect()
        }
        None => (0..coupons.len()).map(beside).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proto::convert::{money_to_wire, terms_from_wire, time_to_wire};
    use proto::v1;
    use shared::{
        money::{Currency, Money},
        time::UnixMillis,
    };

    use super::*;

    fn terms(group: &str, exclusive: bool) -> Terms {
        let amount = Some(money_to_wire(Money::new(Currency::CNY, 100)));
        let wire = v1::Terms {
            requirements: vec![v1::Requirement {
                gtins: vec!["6901234567892".to_owned()],
                company_prefixes: vec![],
                need: Some(v1::requirement::Need::Units(1)),
            }],
            reward: Some(v1::terms::Reward::AmountOffEach(v1::AmountOffEach { amount, max_units: 1 })),
            starts_at: Some(time_to_wire(UnixMillis(0))),
            ends_at: Some(time_to_wire(UnixMillis(1_000_000))),
            stacking: Some(v1::Stacking { group: group.to_owned(), exclusive }),
            ..v1::Terms::default()
        };
        terms_from_wire(&wire).unwrap()
    }

    #[test]
    fn of_a_group_the_best_counts_and_an_exclusive_one_only_if_it_beats_them_all() {
        let check = |coupons: &[(&str, bool, i64)], expect: &[Option<Apart>]| {
            let all: Vec<(Terms, i64)> =
                coupons.iter().map(|(group, exclusive, saves)| (terms(group, *exclusive), *saves)).collect();
            let given: Vec<(&Terms, i64)> = all.iter().map(|(terms, saves)| (terms, *saves)).collect();
            assert_eq!(contest(&given), expect, "{coupons:?}");
        };
        check(&[], &[]);
        check(&[("", false, 5), ("", false, 3)], &[None, None]);
        check(
            &[("a", false, 3), ("a", false, 5), ("b", false, 1), ("a", false, 5)],
            &[Some(Apart::From(1)), None, None, Some(Apart::From(1))],
        );
        check(&[("", true, 9), ("", false, 5), ("", false, 5)], &[Some(Apart::Alone), None, None]);
        check(
            &[("", false, 5), ("", true, 9), ("", true, 9), ("a", false, 3)],
            &[Some(Apart::From(1)), None, Some(Apart::From(1)), Some(Apart::From(1))],
        );
    }
}
