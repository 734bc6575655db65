//! Whether an offer holds in this shop at this time, and the reasons for which a coupon is refused.

use super::Terms;
use crate::{ids::MerchantId, time::UnixMillis};

/// Why a coupon was refused; the words of the public API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The wallet holds no such coupon, or the shopper did not put it into the code.
    NotClipped,
    /// The offer has ended.
    Expired,
    /// The offer has not begun.
    NotStarted,
    /// The coupon was used before.
    AlreadyRedeemed,
    /// This shop does not honour it.
    WrongStore,
    /// No qualifying item.
    ItemMismatch,
    /// Too little spent.
    RequirementNotMet,
    /// The discount claimed is not the one that the terms give.
    DiscountMismatch,
    /// Another coupon already takes its discount from these units.
    NotStackable,
}

impl Refusal {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::NotClipped,
        Self::Expired,
        Self::NotStarted,
        Self::AlreadyRedeemed,
        Self::WrongStore,
        Self::ItemMismatch,
        Self::RequirementNotMet,
        Self::DiscountMismatch,
        Self::NotStackable,
    ];

    /// The word of the public API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotClipped => "NOT_CLIPPED",
            Self::Expired => "EXPIRED",
            Self::NotStarted => "NOT_STARTED",
            Self::AlreadyRedeemed => "ALREADY_REDEEMED",
            Self::WrongStore => "WRONG_STORE",
            Self::ItemMismatch => "ITEM_MISMATCH",
            Self::RequirementNotMet => "REQUIREMENT_NOT_MET",
            Self::DiscountMismatch => "DISCOUNT_MISMATCH",
            Self::NotStackable => "NOT_STACKABLE",
        }
    }
}

/// Whether the offer holds in `store` at `now`, whatever the basket.
pub fn eligible(terms: &Terms, store: MerchantId, now: UnixMillis) -> Result<(), Refusal> {
    let parts = terms.parts();
    if now < parts.starts_at {
        Err(Refusal::NotStarted)
    } else if now >= parts.ends_at {
        Err(Refusal::Expired)
    } else if !parts.stores.is_empty() && !parts.stores.contains(&store) {
        Err(Refusal::WrongStore)
    } else {
        Ok(())
    }
}
