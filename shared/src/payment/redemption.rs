//! What the till says was redeemed, and the provider's own check of it.

use thiserror::Error;

use crate::{
    basket::Line,
    ids::OfferNumber,
    offer::{Claim, Refusal, Store, Terms, discounts, eligible},
    time::UnixMillis,
};

/// Units of a basket line with the discount that one coupon takes off them together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedeemedLine {
    /// Item, units covered, and the price of one before discounts.
    pub line: Line,
    /// Off these units together; 0 for units that only meet a requirement.
    pub discount_minor: i64,
}

/// One coupon's part in a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// The offer.
    pub offer_number: OfferNumber,
    /// The lines it was redeemed on, in basket order.
    pub lines: Vec<RedeemedLine>,
}

impl Redemption {
    /// All that this coupon takes off.
    pub fn discount_minor(&self) -> i64 {
        self.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.discount_minor))
    }
}

/// The amounts of a payment do not add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("gross {gross_minor} less discounts {discount_minor} is not the amount due {due_minor}")]
pub struct AmountMismatch {
    /// Basket total before discounts.
    pub gross_minor: i64,
    /// All discounts.
    pub discount_minor: i64,
    /// What the till asked for.
    pub due_minor: i64,
}

/// Whether gross, discounts and due add up, and the redeemed units are worth no more than the basket.
pub fn check_amounts(
    gross_minor: i64,
    due_minor: i64,
    redemptions: &[Redemption],
) -> Result<(), AmountMismatch> {
    let sum = |of: fn(&RedeemedLine) -> i64| {
        redemptions.iter().flat_map(|r| &r.lines).map(of).try_fold(0_i64, i64::checked_add)
    };
    let discount = sum(|l| l.discount_minor);
    let worth = sum(|l| l.line.total_minor());
    match (discount, worth) {
        (Some(discount), Some(worth))
            if due_minor >= 0
                && gross_minor.checked_sub(discount) == Some(due_minor)
                && worth <= gross_minor =>
        {
            Ok(())
        }
        _ => Err(AmountMismatch { gross_minor, discount_minor: discount.unwrap_or(i64::MAX), due_minor }),
    }
}

/// Checks one coupon of a payment as if the till had computed nothing: where and when it holds, what the shopper's code
/// claimed of it, and the discount of each line. `gross_minor` is the whole basket.
pub fn check_redemption(
    terms: &Terms,
    claim: &Claim,
    redemption: &Redemption,
    gross_minor: i64,
    store: Store,
    now: UnixMillis,
) -> Result<(), Refusal> {
    eligible(terms, store, now)?;
    if *claim != terms.claim(redemption.offer_number) {
        return Err(Refusal::DiscountMismatch);
    }
    let lines: Vec<Line> = redemption.lines.iter().map(|l| l.line).collect();
    let due: Vec<i64> = discounts(terms, &lines, gross_minor)?;
    let said = redemption.lines.iter().map(|l| l.discount_minor);
    if said.eq(due.iter().copied()) { Ok(()) } else { Err(Refusal::DiscountMismatch) }
}

/// Whether two coupons can be used in one purchase: neither is exclusive, and they are not of one stacking group.
pub fn stackable(one: &Terms, other: &Terms) -> bool {
    let (one, other) = (&one.parts().stacking, &other.parts().stacking);
    !one.exclusive && !other.exclusive && (one.group.is_none() || one.group != other.group)
}
