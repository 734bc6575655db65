//! What each kind of reward takes off.

use super::*;
use crate::{
    gs1::Gtin,
    money::Currency,
    offer::{Combine, Requirement, TermsParts},
    time::UnixMillis,
};

fn gtin(n: u64) -> Gtin {
    let body = 690_000_000_000 + n;
    Gtin::from_u64(body * 10 + crate::gs1::check_digit(body)).unwrap()
}

fn requirement(items: &[u64], need: Need) -> Requirement {
    Requirement { items: items.iter().map(|i| gtin(*i)).collect::<Vec<_>>().into(), need }
}

fn offer(items: &[u64], need: Need, reward: Reward) -> TermsParts {
    let items: Vec<Gtin> = items.iter().map(|i| gtin(*i)).collect();
    TermsParts::new(Currency::CNY, items, reward, UnixMillis(0), UnixMillis(1)).needing(need)
}

/// Lines as (item, units, price of one), and what is taken off each.
fn check(parts: &TermsParts, lines: &[(u64, u32, i64)], expect: Result<&[i64], Refusal>) {
    let terms = Terms::try_from(parts.clone()).unwrap();
    let line = |(item, units, price): &(u64, u32, i64)| Line {
        gtin: gtin(*item),
        units: *units,
        unit_price_minor: *price,
        grams: 0,
    };
    let lines: Vec<Line> = lines.iter().map(line).collect();
    let gross_minor = lines.iter().map(Line::total_minor).sum();
    assert_eq!(discounts(&terms, &lines, gross_minor), expect.map(<[i64]>::to_vec));
}

#[test]
fn buy_two_get_one_free() {
    let reward = Reward::BuyGet { buy: 2, get: 1, basis_points: 10_000, max_sets: 2, cap_minor: 9_999 };
    let offer = offer(&[1, 2, 3], Need::Units(3), reward);
    check(&offer, &[(1, 1, 10), (2, 1, 30), (3, 1, 20)], Ok(&[10, 0, 0]));
    // Sets are made from the dearest down: 30 30 20, 20 10 10.
    check(&offer, &[(1, 2, 10), (2, 2, 30), (3, 2, 20)], Ok(&[10, 0, 20]));
    // Two sets are the most.
    check(&offer, &[(1, 9, 10)], Ok(&[20]));
    check(&offer, &[(1, 2, 10)], Err(Refusal::RequirementNotMet));
}

#[test]
fn the_second_at_half_price() {
    let reward = Reward::BuyGet { buy: 1, get: 1, basis_points: 5_000, max_sets: 1, cap_minor: 700 };
    let offer = offer(&[1, 2], Need::Units(2), reward);
    check(&offer, &[(1, 1, 999), (2, 1, 1500)], Ok(&[500, 0]));
    check(&offer, &[(1, 2, 5000)], Ok(&[700]));
    let dearest = TermsParts { pick: Pick::Dearest, ..offer };
    check(&dearest, &[(1, 1, 500), (2, 1, 1000)], Ok(&[0, 500]));
}

#[test]
fn a_fixed_price_and_free_items() {
    let fixed = Reward::FixedPrice { price_each_minor: 990, max_units: 2, cap_minor: 1_000 };
    check(&offer(&[1, 2], Need::Units(1), fixed), &[(1, 2, 1290), (2, 1, 890)], Ok(&[600, 0]));
    check(&offer(&[1, 2], Need::Units(1), fixed), &[(1, 2, 1690)], Ok(&[1000]));
    let free = Reward::FreeItems { units: 1, cap_minor: 2_000 };
    let cheapest = TermsParts { pick: Pick::Cheapest, ..offer(&[1, 2], Need::Units(3), free) };
    check(&cheapest, &[(1, 2, 1290), (2, 1, 890)], Ok(&[0, 890]));
}

#[test]
fn a_gift_with_another_item() {
    let free = Reward::FreeItems { units: 1, cap_minor: 2_000 };
    let with = TermsParts {
        requirements: vec![requirement(&[1], Need::Units(2)), requirement(&[1, 2], Need::Units(1))],
        applies_to: AppliesTo::One(1),
        ..offer(&[1], Need::Units(1), free)
    };
    check(&with, &[(1, 2, 500), (2, 1, 300)], Ok(&[0, 300]));
    // Item 1 counts for the first requirement only.
    check(&with, &[(1, 3, 500)], Err(Refusal::RequirementNotMet));
    // Either is enough: but the gift is of the second, which isn't there.
    let any = TermsParts { combine: Combine::Any, ..with };
    check(&any, &[(1, 3, 500)], Ok(&[0]));
    check(&any, &[(9, 3, 500)], Err(Refusal::ItemMismatch));
}

#[test]
fn percent_and_amount_off_one_item_or_all() {
    let percent = Reward::PercentOff { basis_points: 1_500, cap_minor: 800 };
    let all = offer(&[1, 2], Need::Units(1), percent);
    check(&all, &[(1, 3, 333), (2, 1, 1)], Ok(&[150, 0])); // 150.00
    let dearest = TermsParts { pick: Pick::Dearest, ..all };
    check(&dearest, &[(1, 3, 333), (2, 1, 1000)], Ok(&[0, 150]));
    let spend = offer(&[1, 2], Need::Spend(2_000), Reward::AmountOff { amount_minor: 100 });
    check(&spend, &[(1, 1, 1000), (2, 1, 1000)], Ok(&[50, 50]));
    check(&spend, &[(1, 1, 1999)], Err(Refusal::RequirementNotMet));
}

#[test]
fn the_whole_basket_can_have_a_minimum_and_goods_be_weighed() {
    let each = Reward::AmountOffEach { amount_minor: 100, max_units: 1 };
    let minimum = TermsParts { basket_minimum_minor: 1_000, ..offer(&[1], Need::Units(1), each) };
    check(&minimum, &[(1, 1, 999)], Err(Refusal::RequirementNotMet));
    check(&minimum, &[(1, 1, 1000)], Ok(&[100]));

    let apples = Terms::try_from(offer(&[1], Need::WeightGrams(1_500), each)).unwrap();
    let bag = |grams| Line { gtin: gtin(1), units: 1, unit_price_minor: 900, grams };
    assert_eq!(discounts(&apples, &[bag(700), bag(800)], 1_800), Ok(vec![100, 0]));
    assert_eq!(discounts(&apples, &[bag(700), bag(799)], 1_800), Err(Refusal::RequirementNotMet));
}
