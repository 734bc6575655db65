//! What a code states of one coupon.

use super::{Reward, Terms};
use crate::{gs1::Gtin, ids::OfferNumber};

/// What a code states of one coupon: enough for a person to read, never the shopper's own coupon id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The lowest item number of the offer's first requirement; none where that names families only.
    pub gtin: Option<Gtin>,
    /// The offer.
    pub offer_number: OfferNumber,
    /// Off each unit (amount off each), else the most that the coupon takes off.
    pub discount_minor: u64,
    /// Units that are rewarded at most; 0 where the offer doesn't count units.
    pub units: u32,
}

impl Terms {
    /// What a code states of a coupon with these terms. The phone writes it and the provider compares it, so that a
    /// discount raised on the way is seen.
    pub fn claim(&self, offer_number: OfferNumber) -> Claim {
        let discount_minor = match self.reward() {
            Reward::AmountOffEach { amount_minor, .. } => amount_minor,
            other => other.worst_case_minor(),
        };
        Claim {
            gtin: self.parts().requirements[0].items.gtins().first().copied(),
            offer_number,
            discount_minor: discount_minor.unsigned_abs(),
            units: self.reward().units_max().unwrap_or(0),
        }
    }
}
