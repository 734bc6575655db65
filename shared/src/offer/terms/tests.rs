//! What terms may say.

use super::*;
use crate::ids::OfferNumber;

fn shampoo() -> TermsParts {
    let item = Gtin::parse("6901234567892").unwrap();
    let reward = Reward::AmountOffEach { amount_minor: 500, max_units: 1 };
    TermsParts::new(Currency::CNY, vec![item], reward, UnixMillis(0), UnixMillis(1))
}

fn check(change: impl Fn(&mut TermsParts), expect: TermsError) {
    let mut parts = shampoo();
    change(&mut parts);
    assert_eq!(Terms::try_from(parts), Err(expect));
}

#[test]
fn items_that_make_no_sense_are_named() {
    let item = Gtin::parse("6901234567892").unwrap();
    let weighed = Gtin::parse("2012345678903").unwrap();
    let items = |items: Items, expect| check(|t| t.requirements[0].items = items.clone(), expect);
    items(Items::default(), TermsError::NoItems);
    items(vec![item, item].into(), TermsError::ItemTwice(item));
    items(vec![weighed].into(), TermsError::ItemNotGlobal(weighed));
    items(vec![item; 5001].into(), TermsError::TooManyItems(5001));
    let family: CompanyPrefix = "6901234".parse().unwrap();
    items(Items::new(vec![], vec![family; 2]), TermsError::FamilyTwice(family));
    check(|t| t.requirements.clear(), TermsError::BadRequirements(0));
    check(|t| t.requirements = vec![t.requirements[0].clone(); 4], TermsError::BadRequirements(4));
    check(|t| t.requirements[0].need = Need::Units(0), TermsError::BadUnits(0));
    check(|t| t.requirements[0].need = Need::WeightGrams(0), TermsError::BadWeight(0));
    let bad = TermsError::BadAmount { what: "a minimum spend", minor: 0 };
    check(|t| t.requirements[0].need = Need::Spend(0), bad);
}

#[test]
fn rewards_that_make_no_sense_are_named() {
    let reward = |reward, expect| check(|t| t.reward = reward, expect);
    let bad = |what, minor| TermsError::BadAmount { what, minor };
    reward(Reward::AmountOffEach { amount_minor: 0, max_units: 1 }, bad("a discount", 0));
    reward(Reward::AmountOffEach { amount_minor: 1, max_units: 0 }, TermsError::BadUnits(0));
    reward(Reward::AmountOffEach { amount_minor: 1, max_units: 100 }, TermsError::BadUnits(100));
    reward(Reward::PercentOff { basis_points: 0, cap_minor: 1 }, TermsError::BadPercent(0));
    reward(Reward::PercentOff { basis_points: 10_001, cap_minor: 1 }, TermsError::BadPercent(10_001));
    reward(Reward::PercentOff { basis_points: 1, cap_minor: -1 }, bad("a cap", -1));
    reward(Reward::FreeItems { units: 1, cap_minor: 0 }, bad("a cap", 0));
    let fixed = Reward::FixedPrice { price_each_minor: -1, max_units: 1, cap_minor: 1 };
    reward(fixed, bad("a fixed price", -1));
    let sets = |max_sets| Reward::BuyGet { buy: 2, get: 1, basis_points: 10_000, max_sets, cap_minor: 1 };
    reward(sets(0), TermsError::BadSets(0));
    let spend = |t: &mut TermsParts| {
        t.reward = Reward::AmountOff { amount_minor: 5 };
        t.requirements[0].need = Need::Spend(4);
    };
    check(spend, TermsError::SpendBelowReward);
    check(|t| t.applies_to = AppliesTo::One(1), TermsError::AppliesToNothing(1));
    let cheapest = |t: &mut TermsParts| {
        t.pick = Pick::Cheapest;
        t.requirements[0].need = Need::Spend(1000);
    };
    check(cheapest, TermsError::CheapestOfWhat);
}

#[test]
fn places_times_and_company_that_make_no_sense_are_named() {
    check(|t| t.stores = vec![MerchantId(1); 1001], TermsError::TooManyStores(1001));
    check(|t| t.ends_at = t.starts_at, TermsError::EmptyWindow);
    let never = Hours { weekdays: 0, from_minute: 0, to_minute: 1440, utc_offset_minutes: 0 };
    check(|t| t.hours = Some(never), TermsError::BadHours);
    check(|t| t.stacking.group = Some(" a".to_owned()), TermsError::BadGroup);
    check(|t| t.stacking.group = Some("a".repeat(33)), TermsError::BadGroup);
}

#[test]
fn clipping_reserves_the_worst_case_and_the_claim_names_the_first_item() {
    let check = |reward, worst_case_minor, claimed: (u64, u32)| {
        let terms = Terms::try_from(TermsParts { reward, ..shampoo() }).unwrap();
        let claim = terms.claim(OfferNumber(100_001));
        assert_eq!(terms.worst_case_minor(), worst_case_minor);
        assert_eq!((claim.discount_minor, claim.units), claimed);
        assert_eq!(claim.gtin.map(Gtin::short).as_deref(), Some("6901234567892"));
    };
    check(Reward::AmountOffEach { amount_minor: 500, max_units: 3 }, 1500, (500, 3));
    check(Reward::PercentOff { basis_points: 1500, cap_minor: 800 }, 800, (800, 0));
    check(Reward::AmountOff { amount_minor: 600 }, 600, (600, 0));
    check(Reward::FreeItems { units: 2, cap_minor: 900 }, 900, (900, 2));
    let second_half = Reward::BuyGet { buy: 1, get: 1, basis_points: 5000, max_sets: 2, cap_minor: 900 };
    check(second_half, 900, (900, 2));
}
