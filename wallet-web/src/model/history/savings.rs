//! What the coupons have saved.

use proto::v1::{Payment, PaymentState};

use super::{super::Model, Day};

/// Months in the chart.
const MONTHS: i64 = 6;

/// What one month has saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// Its year.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// Saved, in minor units.
    pub saved_minor: i64,
}

/// What a payment has saved: its discounts, less those that went back with returned goods; nothing where it was undone.
pub fn saved_minor(payment: &Payment) -> i64 {
    if payment.state() == PaymentState::Reversed {
        return 0;
    }
    let given = payment.discount_amount.as_ref().map_or(0, |money| money.minor_units);
    let coupons = payment.refunds.iter().flat_map(|refund| &refund.coupons);
    let back = coupons.filter_map(|coupon| coupon.amount.as_ref());
    given.saturating_sub(back.fold(0, |sum: i64, money| sum.saturating_add(money.minor_units)))
}

impl Model {
    /// All that was ever saved, in minor units, as far as the phone knows.
    pub fn saved_so_far_minor(&self) -> i64 {
        self.receipts().iter().fold(0, |sum, receipt| sum.saturating_add(saved_minor(&receipt.payment)))
    }

    /// What the last months have saved, oldest first, this one last.
    pub fn savings(&self) -> Vec<Month> {
        let this = Day::of(self.provider_now(), self.utc_offset_minutes).months();
        let mut months: Vec<Month> = (this - MONTHS + 1..=this)
            .map(|months| Month {
                year: months.div_euclid(12),
                month: u8::try_from(months.rem_euclid(12) + 1).unwrap_or_default(),
                saved_minor: 0,
            })
            .collect();
        for receipt in self.receipts() {
            let Some(day) = self.day_of(receipt.payment.created_at.as_ref()) else { continue };
            if let Some(month) = months.iter_mut().find(|of| (of.year, of.month) == (day.year, day.month)) {
                month.saved_minor = month.saved_minor.saturating_add(saved_minor(&receipt.payment));
            }
        }
        months
    }
}
