//! What comes back when goods do.
//!
//! The shop gives back the shelf price of what is returned. The shopper gets the part of it that he paid for, and the campaigns
//! get the discounts that no longer hold: after a refund the shopper has paid for what he keeps what it would have cost with
//! the coupons that still hold for it. A coupon holds for what is kept with the smallest of three amounts: the share of its
//! discount that was frozen on the kept units at the sale, what its terms give on the kept units alone (nothing where they no
//! longer meet a requirement), and what it held before. So buying more to meet a requirement and returning it gains
//! nothing, and the refund never goes below zero: nobody has to pay for returning.
//!
//! Where all comes back, the shopper has got exactly what he paid and each campaign exactly what it spent, in however many
//! steps.

use thiserror::Error;

use super::Redemption;
use crate::{
    basket::Line,
    money::share_of_units,
    offer::{Terms, discounts},
};

/// A payment as it was sold.
#[derive(Debug, Clone, Copy)]
pub struct Sale<'a> {
    /// Shelf price of all, minor units.
    pub gross_minor: i64,
    /// What the shopper paid.
    pub due_minor: i64,
    /// Each coupon's part, with the terms it was redeemed under.
    pub coupons: &'a [(&'a Redemption, &'a Terms)],
}

/// What the shopper still has of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Shelf price of goods that no coupon covered.
    pub other_minor: i64,
    /// Each coupon, in the order of the sale.
    pub coupons: Vec<KeptCoupon>,
    /// Given back to the shopper so far.
    pub refunded_minor: i64,
}

/// One coupon's part in what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCoupon {
    /// Units of each of its lines.
    pub units: Vec<u32>,
    /// What it still takes off them.
    pub discount_minor: i64,
    /// What its campaign still has spent.
    pub spent_minor: i64,
}

/// Goods that come back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returned {
    /// Units on which a coupon was redeemed.
    pub lines: Vec<ReturnedLine>,
    /// Shelf price of the rest.
    pub other_minor: i64,
}

/// Units of one redeemed line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReturnedLine {
    /// Which coupon of the sale.
    pub coupon: usize,
    /// Which of its lines.
    pub line: usize,
    /// How many units.
    pub units: u32,
}

/// Who gets what back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Shelf price of what came back: what the shop gives up.
    pub gross_minor: i64,
    /// The shopper's part.
    pub shopper_minor: i64,
    /// Each campaign's part, in the order of the sale. With the shopper's part they sum to the gross.
    pub campaigns_minor: Vec<i64>,
    /// What is kept after it.
    pub kept: Kept,
}

/// Goods that can't come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RefundError {
    /// Names a coupon or line that the payment has not.
    #[error("the payment has no such redeemed line")]
    NoSuchLine,
    /// More than is there, or nothing at all.
    #[error("that is more than is left of the payment")]
    Exceeds,
}

impl KeptCoupon {
    /// Whether all its units came back and its campaign has all its money back: then the coupon is free to be given back too.
    /// Where the shop gave up less than was lost, a campaign may wait for its money until more comes back.
    pub fn is_undone(&self) -> bool {
        self.spent_minor == 0 && self.units.iter().all(|units| *units == 0)
    }
}

impl Kept {
    /// All of a sale.
    pub fn all(sale: &Sale<'_>) -> Self {
        let coupon = |(redemption, _): &(&Redemption, &Terms)| KeptCoupon {
            units: redemption.lines.iter().map(|l| l.line.units).collect(),
            discount_minor: redemption.discount_minor(),
            spent_minor: redemption.discount_minor(),
        };
        let covered: i64 =
            sale.coupons.iter().flat_map(|(r, _)| &r.lines).map(|l| l.line.total_minor()).sum();
        Self {
            other_minor: sale.gross_minor - covered,
            coupons: sale.coupons.iter().map(coupon).collect(),
            refunded_minor: 0,
        }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.other_minor == 0 && self.coupons.iter().flat_map(|c| &c.units).all(|units| *units == 0)
    }

    /// Everything that is left, to be returned.
    pub fn everything(&self) -> Returned {
        let lines = self.coupons.iter().enumerate().flat_map(|(coupon, kept)| {
            let units = kept.units.iter().enumerate().filter(|(_, units)| **units > 0);
            units.map(move |(line, units)| ReturnedLine { coupon, line, units: *units })
        });
        Returned { lines: lines.collect(), other_minor: self.other_minor }
    }
}

/// Gives goods back. `before` is what is left of the sale after the refunds so far.
pub fn refund(sale: &Sale<'_>, before: &Kept, returned: &Returned) -> Result<Refund, RefundError> {
    let mut kept = before.clone();
    let mut gross_minor = returned.other_minor;
    kept.other_minor = kept.other_minor.checked_sub(returned.other_minor).ok_or(RefundError::Exceeds)?;
    for ReturnedLine { coupon, line, units } in &returned.lines {
        let (redemption, _) = sale.coupons.get(*coupon).ok_or(RefundError::NoSuchLine)?;
        let sold = redemption.lines.get(*line).ok_or(RefundError::NoSuchLine)?;
        let left = &mut kept.coupons[*coupon].units[*line];
        *left = left.checked_sub(*units).ok_or(RefundError::Exceeds)?;
        gross_minor += i64::from(*units) * sold.line.unit_price_minor;
    }
    let nothing = gross_minor == 0 && returned.lines.iter().all(|line| line.units == 0);
    if nothing || returned.other_minor < 0 || kept.other_minor < 0 {
        return Err(RefundError::Exceeds);
    }
    let kept_gross_minor = worth(sale, &kept);
    for (kept, (redemption, terms)) in kept.coupons.iter_mut().zip(sale.coupons) {
        kept.discount_minor = kept
            .discount_minor
            .min(frozen_minor(redemption, &kept.units))
            .min(alone_minor(redemption, terms, &kept.units, kept_gross_minor));
    }
    let discount_minor: i64 = kept.coupons.iter().map(|c| c.discount_minor).sum();
    let worth_minor = kept_gross_minor - discount_minor;
    let target_minor = (sale.due_minor - worth_minor).max(0);
    let shopper_minor = (target_minor - before.refunded_minor).clamp(0, gross_minor);
    kept.refunded_minor += shopper_minor;
    // The campaigns have spent at least this much more than what still holds: their sum is the gross less what the
    // shopper paid, at the sale and after each refund.
    let mut left_minor = gross_minor - shopper_minor;
    let mut campaigns_minor = Vec::with_capacity(kept.coupons.len());
    for coupon in &mut kept.coupons {
        let part_minor = left_minor.min(coupon.spent_minor - coupon.discount_minor);
        coupon.spent_minor -= part_minor;
        left_minor -= part_minor;
        campaigns_minor.push(part_minor);
    }
    assert_eq!(left_minor, 0, "shopper and campaigns get all that the shop gives up");
    Ok(Refund { gross_minor, shopper_minor, campaigns_minor, kept })
}

/// Shelf price of what is kept.
fn worth(sale: &Sale<'_>, kept: &Kept) -> i64 {
    let coupons = sale.coupons.iter().zip(&kept.coupons);
    let covered = coupons.flat_map(|((redemption, _), kept)| redemption.lines.iter().zip(&kept.units));
    let covered_minor: i64 = covered.map(|(l, units)| i64::from(*units) * l.line.unit_price_minor).sum();
    kept.other_minor + covered_minor
}

/// The share of the discount that lies on the kept units since the sale.
fn frozen_minor(redemption: &Redemption, units: &[u32]) -> i64 {
    let lines = redemption.lines.iter().zip(units);
    lines
        .map(|(l, kept)| {
            l.discount_minor - share_of_units(l.discount_minor, l.line.units - kept, l.line.units)
        })
        .sum()
}

/// What the terms give on the kept units alone.
fn alone_minor(redemption: &Redemption, terms: &Terms, units: &[u32], kept_gross_minor: i64) -> i64 {
    let lines: Vec<Line> = redemption
        .lines
        .iter()
        .zip(units)
        .filter(|(_, kept)| **kept > 0)
        .map(|(l, kept)| Line { units: *kept, ..l.line })
        .collect();
    // Requirements that are no longer met give nothing.
    discounts(terms, &lines, kept_gross_minor).map_or(0, |off| off.iter().sum())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        gs1::{Gtin, check_digit},
        ids::OfferNumber,
        money::Currency,
        offer::{Need, Pick, Reward, TermsParts},
        payment::RedeemedLine,
        time::UnixMillis,
    };

    fn gtin(n: u64) -> Gtin {
        let body = 690_000_000_000 + n;
        Gtin::from_u64(body * 10 + check_digit(body)).unwrap()
    }

    /// A coupon on lines of (units, price of one).
    fn coupon(n: u32, what: (Reward, Need), lines: &[(u32, i64)]) -> Option<(Redemption, Terms)> {
        picking(n, what, Pick::All, lines)
    }

    /// The same where only some units are rewarded.
    fn picking(
        n: u32,
        (reward, need): (Reward, Need),
        pick: Pick,
        lines: &[(u32, i64)],
    ) -> Option<(Redemption, Terms)> {
        let gtins = (0..lines.len() as u64).map(|line| gtin(u64::from(n) * 10 + line));
        let items: Vec<Gtin> = gtins.clone().collect();
        let parts = TermsParts::new(Currency::CNY, items, reward, UnixMillis(0), UnixMillis(1));
        let terms = Terms::try_from(TermsParts { pick, ..parts.needing(need) }).ok()?;
        let sold = gtins.zip(lines).map(|(gtin, (units, unit_price_minor))| Line {
            gtin,
            units: *units,
            unit_price_minor: *unit_price_minor,
            grams: 0,
        });
        let sold: Vec<Line> = sold.collect();
        let gross_minor = sold.iter().map(Line::total_minor).sum();
        let off = discounts(&terms, &sold, gross_minor).ok()?;
        let lines =
            sold.iter().zip(off).map(|(line, discount_minor)| RedeemedLine { line: *line, discount_minor });
        Some((Redemption { offer_number: OfferNumber(n), lines: lines.collect() }, terms))
    }

    /// Units that come back (coupon, line, units), what else does; the shopper's and the campaigns' parts.
    type Step<'a> = (&'a [(usize, usize, u32)], i64, i64, &'a [i64]);

    fn check(coupons: &[(Redemption, Terms)], other_minor: i64, steps: &[Step<'_>]) {
        let coupons: Vec<_> = coupons.iter().map(|(r, t)| (r, t)).collect();
        let covered: i64 = coupons.iter().flat_map(|(r, _)| &r.lines).map(|l| l.line.total_minor()).sum();
        let off: i64 = coupons.iter().map(|(r, _)| r.discount_minor()).sum();
        let gross_minor = covered + other_minor;
        let sale = Sale { gross_minor, due_minor: gross_minor - off, coupons: &coupons };
        let mut kept = Kept::all(&sale);
        for (lines, other_minor, shopper, campaigns) in steps {
            let line = |(coupon, line, units): &(usize, usize, u32)| ReturnedLine {
                coupon: *coupon,
                line: *line,
                units: *units,
            };
            let returned = Returned { lines: lines.iter().map(line).collect(), other_minor: *other_minor };
            let refund = refund(&sale, &kept, &returned).unwrap();
            assert_eq!((refund.shopper_minor, refund.campaigns_minor.as_slice()), (*shopper, *campaigns));
            kept = refund.kept;
        }
    }

    const EACH: (Reward, Need) = (Reward::AmountOffEach { amount_minor: 500, max_units: 3 }, Need::Units(1));
    const SPEND: (Reward, Need) = (Reward::AmountOff { amount_minor: 1_000 }, Need::Spend(5_000));

    #[test]
    fn a_bottle_comes_back_at_what_was_paid_for_it() {
        let bottles = coupon(1, EACH, &[(3, 3_000)]).unwrap();
        check(&[bottles], 700, &[(&[(0, 0, 1)], 0, 2_500, &[500]), (&[(0, 0, 2)], 700, 5_700, &[1_000])]);
    }

    #[test]
    fn a_discount_that_does_not_divide_comes_back_to_the_last_minor_unit() {
        let tenth = (Reward::PercentOff { basis_points: 1_000, cap_minor: 10_000 }, Need::Units(1));
        let three = coupon(1, tenth, &[(3, 333)]).unwrap(); // 99.9: 100 off
        check(
            &[three],
            0,
            &[(&[(0, 0, 1)], 0, 300, &[33]), (&[(0, 0, 1)], 0, 299, &[34]), (&[(0, 0, 1)], 0, 300, &[33])],
        );
    }

    #[test]
    fn buying_more_to_meet_a_minimum_and_returning_it_gains_nothing() {
        // 10.00 off for 50.00 of qualifying goods; a 20.00 item comes back, and 30.00 is no longer enough.
        let filled = coupon(1, SPEND, &[(1, 3_000), (1, 2_000)]).unwrap();
        check(std::slice::from_ref(&filled), 0, &[(&[(0, 1, 1)], 0, 1_000, &[1_000])]);
        // Then the rest: in the end exactly what was paid.
        check(&[filled], 0, &[(&[(0, 1, 1)], 0, 1_000, &[1_000]), (&[(0, 0, 1)], 0, 3_000, &[0])]);
    }

    #[test]
    fn nobody_pays_for_returning() {
        // Without the 2.00 item the 10.00 discount no longer holds: the shopper gets nothing for it, and is asked for nothing.
        let filled = coupon(1, SPEND, &[(1, 4_900), (1, 200)]).unwrap();
        check(&[filled], 0, &[(&[(0, 1, 1)], 0, 0, &[200]), (&[(0, 0, 1)], 0, 4_100, &[800])]);
    }

    #[test]
    fn more_than_was_sold_does_not_come_back() {
        let bottles = coupon(1, EACH, &[(2, 3_000)]).unwrap();
        let coupons = [(&bottles.0, &bottles.1)];
        let sale = Sale { gross_minor: 6_500, due_minor: 5_500, coupons: &coupons };
        let check = |lines: &[(usize, usize, u32)], other_minor, expect| {
            let line = |(coupon, line, units): &(usize, usize, u32)| ReturnedLine {
                coupon: *coupon,
                line: *line,
                units: *units,
            };
            let returned = Returned { lines: lines.iter().map(line).collect(), other_minor };
            assert_eq!(refund(&sale, &Kept::all(&sale), &returned), Err(expect));
        };
        check(&[(0, 0, 3)], 0, RefundError::Exceeds);
        check(&[(0, 0, 1), (0, 0, 2)], 0, RefundError::Exceeds);
        check(&[], 501, RefundError::Exceeds);
        check(&[(0, 0, 1)], -1, RefundError::Exceeds);
        check(&[], 0, RefundError::Exceeds);
        check(&[(0, 1, 1)], 0, RefundError::NoSuchLine);
        check(&[(1, 0, 1)], 0, RefundError::NoSuchLine);
    }

    fn any_reward() -> impl Strategy<Value = (Reward, Need)> {
        let one = |reward| (reward, Need::Units(1));
        prop_oneof![
            (1..900_i64, 3..13_u32).prop_map(move |(amount_minor, max_units)| one(Reward::AmountOffEach {
                amount_minor,
                max_units
            })),
            (1..=10_000_u32, 1..2_000_i64).prop_map(move |(basis_points, cap_minor)| one(
                Reward::PercentOff { basis_points, cap_minor }
            )),
            (1..900_i64, 0..3_000_i64).prop_map(|(amount_minor, more)| {
                (Reward::AmountOff { amount_minor }, Need::Spend(amount_minor + more))
            }),
            (1..3_u32, 1..3_u32, 1..=10_000_u32, 1..5_000_i64).prop_map(
                |(buy, get, basis_points, cap_minor)| {
                    let sets = Reward::BuyGet { buy, get, basis_points, max_sets: 2, cap_minor };
                    (sets, Need::Units(buy + get))
                }
            ),
            (0..900_i64, 1..4_u32, 1..5_000_i64).prop_map(|(price_each_minor, max_units, cap_minor)| {
                (Reward::FixedPrice { price_each_minor, max_units, cap_minor }, Need::Units(2))
            }),
            (1..4_u32, 1..5_u32, 1..5_000_i64).prop_map(|(units, needed, cap_minor)| {
                (Reward::FreeItems { units, cap_minor }, Need::Units(needed))
            }),
        ]
    }

    /// The cheapest only where units are asked for, as the terms demand.
    fn any_pick() -> impl Strategy<Value = Pick> {
        prop_oneof![Just(Pick::All), Just(Pick::Cheapest), Just(Pick::Dearest)]
    }

    proptest! {
        /// Any goods in any number of steps: nobody ever gets more than there is, each step splits what the shop gives up,
        /// and nobody gets money back who would then have paid less for what he keeps than if he had bought it alone with the
        /// coupons that still hold.
        #[test]
        fn any_returns_add_up_to_the_whole(
            coupons in prop::collection::vec(
                (any_reward(), any_pick(), prop::collection::vec((1..5_u32, 1..2_000_i64), 1..4)), 0..4),
            other_minor in 0..5_000_i64,
            picks in prop::collection::vec((any::<prop::sample::Index>(), 1..4_u32, 0..2_000_i64), 0..12),
        ) {
            let made: Vec<_> = coupons.iter().zip(1..).filter_map(|((what, pick, lines), n)| picking(n, *what, *pick, lines)).collect();
            let refs: Vec<_> = made.iter().map(|(r, t)| (r, t)).collect();
            let covered: i64 = refs.iter().flat_map(|(r, _)| &r.lines).map(|l| l.line.total_minor()).sum();
            let off: i64 = refs.iter().map(|(r, _)| r.discount_minor()).sum();
            let gross_minor = covered + other_minor;
            let sale = Sale { gross_minor, due_minor: gross_minor - off, coupons: &refs };
            let mut kept = Kept::all(&sale);
            let (mut given_up, mut shopper) = (0, 0);
            let mut campaigns = vec![0; refs.len()];
            let places: Vec<(usize, usize)> = refs.iter().enumerate()
                .flat_map(|(c, (r, _))| (0..r.lines.len()).map(move |l| (c, l))).collect();
            let steps = picks.iter().map(Some).chain([None]);
            for step in steps {
                let returned = match step {
                    None if kept.is_empty() => break,
                    None => kept.everything(),
                    Some((place, units, other)) => {
                        let mut returned = Returned { lines: vec![], other_minor: (*other).min(kept.other_minor) };
                        if !places.is_empty() {
                            let (coupon, line) = places[place.index(places.len())];
                            let units = (*units).min(kept.coupons[coupon].units[line]);
                            if units > 0 {
                                returned.lines.push(ReturnedLine { coupon, line, units });
                            }
                        }
                        if returned == Returned::default() { continue }
                        returned
                    }
                };
                let done = refund(&sale, &kept, &returned).unwrap();
                prop_assert_eq!(done.shopper_minor + done.campaigns_minor.iter().sum::<i64>(), done.gross_minor);
                prop_assert!(done.shopper_minor >= 0 && done.campaigns_minor.iter().all(|c| *c >= 0));
                for (coupon, part) in kept.coupons.iter().zip(&done.campaigns_minor) {
                    prop_assert!(!coupon.is_undone() || *part == 0, "a coupon that was given back owes nothing");
                }
                given_up += done.gross_minor;
                shopper += done.shopper_minor;
                campaigns.iter_mut().zip(&done.campaigns_minor).for_each(|(sum, part)| *sum += part);
                kept = done.kept;
                let held: i64 = kept.coupons.iter().map(|c| c.discount_minor).sum();
                let price = worth(&sale, &kept) - held;
                let gained = done.shopper_minor > 0 && sale.due_minor - shopper < price.min(sale.due_minor);
                prop_assert!(!gained, "money back, and what is kept cheaper than bought alone");
            }
            prop_assert_eq!((given_up, shopper), (gross_minor, sale.due_minor));
            let spent: Vec<i64> = refs.iter().map(|(r, _)| r.discount_minor()).collect();
            prop_assert_eq!(campaigns, spent);
            prop_assert!(kept.coupons.iter().all(KeptCoupon::is_undone));
        }
    }
}
