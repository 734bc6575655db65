//! The best assignment of coupons, beside one that is found by trying every assignment of every unit.
#![allow(clippy::unwrap_used)]

use proptest::{prelude::*, sample::select, test_runner::Config};
use shared::{
    basket::{Basket, Line},
    gs1::{Gtin, check_digit},
    ids::{MerchantId, OfferNumber},
    money::Currency,
    offer::{
        AppliesTo, Combine, Items, Need, Pick, Requirement, Reward, Stacking, Store, Terms, TermsParts,
        discounts,
    },
    payment::{Candidate, Quote, Redemption, check_amounts, check_redemption, quote, stackable},
    time::UnixMillis,
};

const SHOP: Store = Store { merchant: MerchantId(1001), branch: None };
const NOW: UnixMillis = UnixMillis(1);

fn gtin(n: u64) -> Gtin {
    let body = 690_000_000_000 + n;
    Gtin::from_u64(body * 10 + check_digit(body)).unwrap()
}

/// Every kind of reward, with amounts about as large as the prices.
fn reward() -> impl Strategy<Value = Reward> {
    let (money, cap, percent) = (1..40_i64, 1..60_i64, select(vec![1_000_u32, 2_500, 5_000, 10_000]));
    prop_oneof![
        (money.clone(), 1..4_u32)
            .prop_map(|(amount_minor, max_units)| Reward::AmountOffEach { amount_minor, max_units }),
        money.clone().prop_map(|amount_minor| Reward::AmountOff { amount_minor }),
        (percent.clone(), cap.clone())
            .prop_map(|(basis_points, cap_minor)| Reward::PercentOff { basis_points, cap_minor }),
        (0..20_i64, 1..3_u32, cap.clone()).prop_map(|(price_each_minor, max_units, cap_minor)| {
            Reward::FixedPrice { price_each_minor, max_units, cap_minor }
        }),
        (1..3_u32, cap.clone()).prop_map(|(units, cap_minor)| Reward::FreeItems { units, cap_minor }),
        (1..3_u32, 1..3_u32, percent, 1..3_u32, cap).prop_map(
            |(buy, get, basis_points, max_sets, cap_minor)| Reward::BuyGet {
                buy,
                get,
                basis_points,
                max_sets,
                cap_minor
            }
        ),
    ]
}

fn requirement() -> impl Strategy<Value = Requirement> {
    let items = prop_oneof![
        9 => prop::collection::btree_set(0..5_u64, 1..4)
            .prop_map(|items| Items::from(items.into_iter().map(gtin).collect::<Vec<_>>())),
        1 => Just(Items::new(vec![], vec!["6900000".parse().unwrap()])),
    ];
    let need = prop_oneof![
        3 => (1..4_u32).prop_map(Need::Units),
        1 => (1..60_i64).prop_map(Need::Spend),
        1 => (1..900_u32).prop_map(Need::WeightGrams),
    ];
    (items, need).prop_map(|(items, need)| Requirement { items, need })
}

fn terms() -> impl Strategy<Value = Terms> {
    let requirements = prop_oneof![
        3 => prop::collection::vec(requirement(), 1),
        1 => prop::collection::vec(requirement(), 2..4),
    ];
    let combine = select(vec![Combine::All, Combine::Any, Combine::PrimaryAndEither]);
    let pick = select(vec![Pick::All, Pick::Cheapest, Pick::Dearest]);
    let stacking = (select(vec![None, None, Some("a".to_owned())]), prop::bool::weighted(0.1))
        .prop_map(|(group, exclusive)| Stacking { group, exclusive });
    (requirements, combine, reward(), 0..4_usize, pick, select(vec![0, 0, 0, 50_i64]), stacking)
        .prop_filter_map(
            "the rules take it",
            |(requirements, combine, reward, applies_to, pick, basket_minimum_minor, stacking)| {
                let plain = TermsParts::new(Currency::CNY, vec![], reward, UnixMillis(0), UnixMillis(2));
                let applies_to = applies_to.checked_sub(1).map_or(AppliesTo::Every, AppliesTo::One);
                Terms::try_from(TermsParts {
                    requirements,
                    combine,
                    applies_to,
                    pick,
                    basket_minimum_minor,
                    stacking,
                    ..plain
                })
                .ok()
            },
        )
}

/// Lines of at most seven units together.
fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (0..5_u64, 1..3_u32, 0..40_i64, prop::bool::weighted(0.2)).prop_map(
        |(item, units, price, weighed)| {
            let (units, grams) = if weighed { (1, 300 + units * 100) } else { (units, 0) };
            Line { gtin: gtin(item), units, unit_price_minor: price, grams }
        },
    );
    prop::collection::vec(line, 1..6).prop_map(|mut lines| {
        let mut units = 0;
        lines.retain(|line| {
            units += line.units;
            units <= 7
        });
        lines
    })
}

fn quoted(basket: &Basket, offers: &[(u32, &Terms)]) -> Quote {
    let candidates: Vec<Candidate<'_>> = offers
        .iter()
        .map(|(number, terms)| Candidate { offer_number: OfferNumber(*number), terms })
        .collect();
    quote(basket, &candidates, SHOP, NOW)
}

/// Saved, then fewest coupons, then lower offer numbers: the higher the better.
type Rank = (i64, std::cmp::Reverse<usize>, std::cmp::Reverse<Vec<u32>>);

/// Gives each unit to each coupon or to none, in every way there is.
fn brute_force(lines: &[Line], offers: &[Terms], gross_minor: i64) -> Rank {
    let units: Vec<Line> = lines
        .iter()
        .flat_map(|line| std::iter::repeat_n(Line { units: 1, ..*line }, line.units as usize))
        .collect();
    // What each coupon saves with each set of units.
    let saves = |terms: &Terms| -> Vec<i64> {
        (0..1_usize << units.len())
            .map(|set| {
                let used: Vec<Line> =
                    units.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, u)| *u).collect();
                discounts(terms, &used, gross_minor).map_or(0, |off| off.iter().sum())
            })
            .collect()
    };
    let saves: Vec<Vec<i64>> = offers.iter().map(saves).collect();
    let mut best: Rank = (0, std::cmp::Reverse(0), std::cmp::Reverse(vec![]));
    let mut sets = vec![0_usize; offers.len()];
    share(&saves, offers, units.len(), 0, &mut sets, &mut best);
    best
}

fn share(
    saves: &[Vec<i64>],
    offers: &[Terms],
    units: usize,
    next: usize,
    sets: &mut [usize],
    best: &mut Rank,
) {
    if next < units {
        for coupon in 0..sets.len() {
            sets[coupon] |= 1 << next;
            share(saves, offers, units, next + 1, sets, best);
            sets[coupon] &= !(1 << next);
        }
        share(saves, offers, units, next + 1, sets, best);
        return;
    }
    let used: Vec<usize> = (0..sets.len()).filter(|c| saves[*c][sets[*c]] > 0).collect();
    if used.iter().any(|a| used.iter().any(|b| a < b && !stackable(&offers[*a], &offers[*b]))) {
        return;
    }
    let saved = used.iter().map(|c| saves[*c][sets[*c]]).sum();
    let numbers: Vec<u32> = used.iter().map(|c| u32::try_from(*c).unwrap() + 1).collect();
    let rank = (saved, std::cmp::Reverse(used.len()), std::cmp::Reverse(numbers));
    if rank > *best {
        *best = rank;
    }
}

fn rank(quote: &Quote) -> Rank {
    let mut numbers: Vec<u32> = quote.applied.iter().map(|a| a.redemption.offer_number.0).collect();
    numbers.sort_unstable();
    (quote.discount.minor, std::cmp::Reverse(numbers.len()), std::cmp::Reverse(numbers))
}

/// The provider's own check of what the till quotes.
fn accepted(quote: &Quote, offers: &[Terms]) {
    let redemptions: Vec<Redemption> = quote.applied.iter().map(|a| a.redemption.clone()).collect();
    check_amounts(quote.gross.minor, quote.due.minor, &redemptions).unwrap();
    let terms = |r: &Redemption| &offers[r.offer_number.0 as usize - 1];
    for (i, redemption) in redemptions.iter().enumerate() {
        let (terms_here, number) = (terms(redemption), redemption.offer_number);
        let claim = terms_here.claim(number);
        check_redemption(terms_here, &claim, redemption, quote.gross.minor, SHOP, NOW).unwrap();
        assert!(redemption.discount_minor() <= terms_here.worst_case_minor());
        assert!(redemptions[..i].iter().all(|other| stackable(terms_here, terms(other))));
    }
}

proptest! {
    #![proptest_config(Config::with_cases(10_000))]

    #[test]
    fn nothing_saves_more(lines in lines(), offers in prop::collection::vec(terms(), 1..4)) {
        let basket = Basket::new(Currency::CNY, lines.clone()).unwrap();
        let numbered: Vec<(u32, &Terms)> = (1..).zip(&offers).collect();
        let found = quoted(&basket, &numbered);
        prop_assert!(found.exact);
        prop_assert_eq!(found.applied.len() + found.refused.len(), offers.len());
        prop_assert_eq!(rank(&found), brute_force(&lines, &offers, found.gross.minor));
        accepted(&found, &offers);

        // The order in which coupons come means nothing.
        let backwards: Vec<(u32, &Terms)> = numbered.iter().rev().copied().collect();
        prop_assert_eq!(&quoted(&basket, &backwards), &found);
        // That of the lines changes at most which of equal units are taken.
        let turned = Basket::new(Currency::CNY, lines.into_iter().rev().collect()).unwrap();
        prop_assert_eq!(rank(&quoted(&turned, &numbered)), rank(&found));
    }
}
