//! Basket and coupons to the amount due: what the till shows before it asks for the money.

use super::{RedeemedLine, Redemption, matching};
use crate::{
    basket::{Basket, Line},
    ids::OfferNumber,
    money::Money,
    offer::{Refusal, Store, Terms, discounts, eligible, saves_alone, select},
    time::UnixMillis,
};

/// A coupon of the scanned code with the terms that the till has for its offer.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The offer.
    pub offer_number: OfferNumber,
    /// Its terms.
    pub terms: &'a Terms,
}

/// One coupon that saves something, and where in the basket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What is sent to the provider.
    pub redemption: Redemption,
    /// Index of the basket line of each redeemed line.
    pub line_indexes: Vec<usize>,
}

/// What is due, and what became of each coupon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Before discounts.
    pub gross: Money,
    /// All discounts.
    pub discount: Money,
    /// To be paid.
    pub due: Money,
    /// Coupons that save something, most first.
    pub applied: Vec<Applied>,
    /// Coupons that were not applied, and why, in the order of their numbers.
    pub refused: Vec<(OfferNumber, Refusal)>,
    /// Whether no other choice of coupons and units saves more. False only where the search ended at
    /// [`MATCHING_STEPS_MAX`](super::MATCHING_STEPS_MAX).
    pub exact: bool,
    /// Steps that the search took.
    pub steps: u64,
}

/// Applies the coupons to the basket so that the shopper saves most; no unit serves two of them, and those that can't be used
/// together aren't. A coupon named twice counts once. The order in which the coupons come means nothing.
pub fn quote(basket: &Basket, candidates: &[Candidate<'_>], store: Store, now: UnixMillis) -> Quote {
    let (lines, gross_minor) = (basket.lines(), basket.gross().minor);
    let mut by_number: Vec<&Candidate<'_>> = candidates.iter().collect();
    by_number.sort_by_key(|candidate| candidate.offer_number);
    by_number.dedup_by_key(|candidate| candidate.offer_number);
    let (mut coupons, mut refused) = (Vec::new(), Vec::new());
    for candidate in by_number {
        let alone = eligible(candidate.terms, store, now)
            .and_then(|()| same_currency(basket, candidate.terms))
            .and_then(|()| saves_alone(candidate.terms, lines, gross_minor));
        match alone {
            Ok(()) => coupons.push((candidate.offer_number, candidate.terms)),
            Err(reason) => refused.push((candidate.offer_number, reason)),
        }
    }
    let matching = matching::best(lines, &coupons, gross_minor);
    let mut applied = Vec::new();
    for ((offer_number, terms), given) in coupons.into_iter().zip(&matching.given) {
        match given.as_ref().map(|units| apply(offer_number, terms, lines, units, gross_minor)) {
            Some(Ok(this)) => applied.push(this),
            // It saves something alone, so other coupons that save more are in its way.
            _ => refused.push((offer_number, Refusal::NotStackable)),
        }
    }
    applied.sort_by_key(|this| (-this.redemption.discount_minor(), this.redemption.offer_number));
    refused.sort_unstable();

    let discount_minor: i64 = applied.iter().map(|a| a.redemption.discount_minor()).sum();
    let money = |minor| Money::new(basket.currency(), minor);
    Quote {
        gross: basket.gross(),
        discount: money(discount_minor),
        due: money(basket.gross().minor - discount_minor),
        applied,
        refused,
        exact: matching.exact,
        steps: matching.steps,
    }
}

fn same_currency(basket: &Basket, terms: &Terms) -> Result<(), Refusal> {
    if basket.currency() == terms.parts().currency { Ok(()) } else { Err(Refusal::WrongStore) }
}

/// The coupon on the best of these units of the lines.
fn apply(
    offer_number: OfferNumber,
    terms: &Terms,
    lines: &[Line],
    given: &[u32],
    gross_minor: i64,
) -> Result<Applied, Refusal> {
    let units = select(terms, lines, given, gross_minor)?;
    let line_indexes: Vec<usize> = (0..lines.len()).filter(|i| units[*i] > 0).collect();
    let used: Vec<Line> = line_indexes.iter().map(|i| Line { units: units[*i], ..lines[*i] }).collect();
    let off = discounts(terms, &used, gross_minor)?;
    let redeemed =
        used.into_iter().zip(off).map(|(line, discount_minor)| RedeemedLine { line, discount_minor });
    Ok(Applied { redemption: Redemption { offer_number, lines: redeemed.collect() }, line_indexes })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        gs1::Gtin,
        ids::MerchantId,
        money::Currency,
        offer::{Need, Reward, TermsParts},
        payment::{check_amounts, check_redemption},
    };

    const SHOP: Store = Store { merchant: MerchantId(1001), branch: None };
    const NOW: UnixMillis = UnixMillis(1_000);

    fn gtin(n: u64) -> Gtin {
        let body = 690_000_000_000 + n;
        let digit = (0..10).find(|d| Gtin::from_u64(body * 10 + d).is_ok()).unwrap();
        Gtin::from_u64(body * 10 + digit).unwrap()
    }

    /// A basket of (item, units, price of one).
    fn basket(lines: &[(u64, u32, i64)]) -> Basket {
        let line = |(item, units, unit_price_minor): &(u64, u32, i64)| Line {
            gtin: gtin(*item),
            units: *units,
            unit_price_minor: *unit_price_minor,
            grams: 0,
        };
        Basket::new(Currency::CNY, lines.iter().map(line).collect()).unwrap()
    }

    fn offer(items: &[u64], reward: Reward) -> TermsParts {
        let items: Vec<Gtin> = items.iter().map(|i| gtin(*i)).collect();
        TermsParts::new(Currency::CNY, items, reward, UnixMillis(0), UnixMillis(2_000))
    }

    fn off_spend(items: &[u64], amount_minor: i64, minimum_minor: i64) -> TermsParts {
        offer(items, Reward::AmountOff { amount_minor }).needing(Need::Spend(minimum_minor))
    }

    fn each(items: &[u64], amount_minor: i64, max_units: u32) -> TermsParts {
        offer(items, Reward::AmountOffEach { amount_minor, max_units })
    }

    fn quote_of(basket: &Basket, offers: &[TermsParts]) -> Quote {
        let terms: Vec<Terms> = offers.iter().cloned().map(|o| Terms::try_from(o).unwrap()).collect();
        let candidates: Vec<Candidate<'_>> = terms
            .iter()
            .zip(1..)
            .map(|(terms, n)| Candidate { offer_number: OfferNumber(n), terms })
            .collect();
        quote(basket, &candidates, SHOP, NOW)
    }

    /// The amount due, and each refused coupon by its place among the offers, counted from 1.
    fn check(lines: &[(u64, u32, i64)], offers: &[TermsParts], due_minor: i64, refused: &[(u32, Refusal)]) {
        let quote = quote_of(&basket(lines), offers);
        assert_eq!(quote.due.minor, due_minor);
        let expect: Vec<_> = refused.iter().map(|(n, reason)| (OfferNumber(*n), *reason)).collect();
        assert_eq!(quote.refused, expect);
    }

    #[test]
    fn the_patents_shampoo() {
        check(&[(1, 1, 3000)], &[each(&[1], 500, 1)], 2500, &[]);
    }

    #[test]
    fn a_coupon_covers_as_many_units_as_it_says() {
        check(&[(1, 2, 3000)], &[each(&[1], 500, 1)], 5500, &[]);
        check(&[(1, 2, 3000)], &[each(&[1], 500, 9)], 5000, &[]);
        check(&[(1, 1, 3000), (1, 1, 3000)], &[each(&[1], 500, 1)], 5500, &[]);
    }

    #[test]
    fn a_discount_never_exceeds_the_price_and_goes_to_the_dearest_units() {
        check(&[(1, 1, 300)], &[each(&[1], 500, 1)], 0, &[]);
        check(&[(1, 1, 300), (2, 1, 800)], &[each(&[1, 2], 500, 1)], 600, &[]);
        check(&[(1, 1, 0)], &[each(&[1], 500, 1)], 0, &[(1, Refusal::RequirementNotMet)]);
    }

    #[test]
    fn percent_is_rounded_once_and_capped() {
        let percent =
            |basis_points, cap_minor| offer(&[1, 2], Reward::PercentOff { basis_points, cap_minor });
        check(&[(1, 3, 333)], &[percent(1500, 10_000)], 849, &[]); // 149.85 off
        check(&[(1, 1, 10_000), (2, 1, 10_000)], &[percent(1500, 800)], 19_200, &[]);
    }

    #[test]
    fn a_minimum_spend_counts_only_what_qualifies() {
        let spend = off_spend(&[1, 2], 600, 3000);
        check(&[(1, 1, 1000), (2, 1, 2000)], std::slice::from_ref(&spend), 2400, &[]);
        let short = [(1, Refusal::RequirementNotMet)];
        check(&[(1, 1, 2999), (3, 1, 9000)], &[spend], 11_999, &short);
    }

    #[test]
    fn each_coupon_not_applied_says_why() {
        let bottle = [(1, 1, 3000)];
        let shampoo = || each(&[1], 500, 1);
        check(&bottle, &[each(&[2], 500, 1)], 3000, &[(1, Refusal::ItemMismatch)]);
        check(&bottle, &[TermsParts { ends_at: NOW, ..shampoo() }], 3000, &[(1, Refusal::Expired)]);
        let later = TermsParts { starts_at: UnixMillis(1_001), ..shampoo() };
        check(&bottle, &[later], 3000, &[(1, Refusal::NotStarted)]);
        let elsewhere = TermsParts { stores: vec![MerchantId(1002)], ..shampoo() };
        check(&bottle, &[elsewhere], 3000, &[(1, Refusal::WrongStore)]);
        check(&bottle, &[shampoo(), each(&[1], 700, 1)], 2300, &[(1, Refusal::NotStackable)]);
    }

    #[test]
    fn coupons_share_a_basket_unit_by_unit() {
        check(&[(1, 2, 3000)], &[each(&[1], 500, 1), each(&[1], 700, 1)], 4800, &[]);
    }

    fn any_reward() -> impl Strategy<Value = (Reward, Need)> {
        prop_oneof![
            (1..2_000_i64, 1..5_u32).prop_map(|(amount_minor, max_units)| {
                (Reward::AmountOffEach { amount_minor, max_units }, Need::Units(1))
            }),
            (1..=10_000_u32, 1..2_000_i64).prop_map(|(basis_points, cap_minor)| {
                (Reward::PercentOff { basis_points, cap_minor }, Need::Units(1))
            }),
            (1..2_000_i64, 0..3_000_i64).prop_map(|(amount_minor, more)| {
                (Reward::AmountOff { amount_minor }, Need::Spend(amount_minor + more))
            }),
        ]
    }

    proptest! {
        /// Whatever the basket and the coupons: what the till computes passes the provider's own check, to the minor unit,
        /// each coupon has an outcome, and nothing goes below zero.
        #[test]
        fn what_the_till_quotes_the_provider_accepts(
            lines in prop::collection::vec((1..5_u64, 1..5_u32, 0..3_000_i64), 1..8),
            offers in prop::collection::vec((prop::collection::btree_set(1..5_u64, 1..4), any_reward()), 0..6),
        ) {
            let basket = basket(&lines);
            let offers: Vec<TermsParts> = offers
                .into_iter()
                .map(|(items, (reward, need))| offer(&items.into_iter().collect::<Vec<_>>(), reward).needing(need))
                .collect();
            let quote = quote_of(&basket, &offers);
            prop_assert_eq!(quote.applied.len() + quote.refused.len(), offers.len());
            prop_assert!(quote.due.minor >= 0);
            let redemptions: Vec<Redemption> = quote.applied.iter().map(|a| a.redemption.clone()).collect();
            prop_assert_eq!(check_amounts(quote.gross.minor, quote.due.minor, &redemptions), Ok(()));
            for redemption in &redemptions {
                let number = redemption.offer_number;
                let terms = Terms::try_from(offers[number.0 as usize - 1].clone()).unwrap();
                prop_assert!(redemption.discount_minor() <= terms.worst_case_minor());
                prop_assert_eq!(
                    check_redemption(&terms, &terms.claim(number), redemption, quote.gross.minor, SHOP, NOW),
                    Ok(())
                );
            }
        }
    }

    #[test]
    fn the_provider_sees_each_amount_that_was_changed() {
        let terms = Terms::try_from(each(&[1], 500, 1)).unwrap();
        let quote = quote_of(&basket(&[(1, 1, 3000)]), &[each(&[1], 500, 1)]);
        let good = quote.applied[0].redemption.clone();
        let check =
            |redemption: &Redemption, claim| check_redemption(&terms, claim, redemption, 3000, SHOP, NOW);
        let claim = terms.claim(OfferNumber(1));
        assert_eq!(check(&good, &claim), Ok(()));

        let mut raised_by_till = good.clone();
        raised_by_till.lines[0].discount_minor = 501;
        assert_eq!(check(&raised_by_till, &claim), Err(Refusal::DiscountMismatch));

        let raised_by_wallet = crate::offer::Claim { discount_minor: 501, ..claim };
        assert_eq!(check(&good, &raised_by_wallet), Err(Refusal::DiscountMismatch));

        assert!(check_amounts(3000, 2500, std::slice::from_ref(&good)).is_ok());
        assert!(check_amounts(3000, 2400, std::slice::from_ref(&good)).is_err());
        assert!(
            check_amounts(2900, 2400, std::slice::from_ref(&good)).is_err(),
            "worth more than the basket"
        );
        assert!(check_amounts(0, -500, &[good]).is_err());
    }
}
