//! Whether an offer holds in this shop at this time, and the reasons for which a coupon is refused.

use super::Terms;
use crate::{gs1::Gln, ids::MerchantId, time::UnixMillis};

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
    /// Too few units, too little spent or too little weighed; of the qualifying items or of the whole basket.
    RequirementNotMet,
    /// The discount claimed is not the one that the terms give.
    DiscountMismatch,
    /// Another coupon of the purchase uses these units, or the two can't be used together.
    NotStackable,
    /// The offer holds at other hours.
    OutsideHours,
}

impl Refusal {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::NotClipped,
        Self::Expired,
        Self::NotStarted,
        Self::AlreadyRedeemed,
        Self::WrongStore,
        Self::ItemMismatch,
        Self::RequirementNotMet,
        Self::DiscountMismatch,
        Self::NotStackable,
        Self::OutsideHours,
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
            Self::OutsideHours => "OUTSIDE_HOURS",
        }
    }
}

/// The shop and the branch of it that a till stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Store {
    /// The shop.
    pub merchant: MerchantId,
    /// The branch; none where the shop has but one, or doesn't say.
    pub branch: Option<Gln>,
}

impl From<MerchantId> for Store {
    fn from(merchant: MerchantId) -> Self {
        Self { merchant, branch: None }
    }
}

impl Terms {
    /// Whether a shop honours the offer, whatever the time and the basket: its id is named, or its branch is, or neither
    /// shops nor branches are.
    pub fn honoured_in(&self, store: Store) -> bool {
        let parts = self.parts();
        let everywhere = parts.stores.is_empty() && parts.branches.is_empty();
        everywhere
            || parts.stores.contains(&store.merchant)
            || store.branch.is_some_and(|branch| parts.branches.contains(&branch))
    }
}

/// Whether the offer holds in `store` at `now`, whatever the basket.
pub fn eligible(terms: &Terms, store: Store, now: UnixMillis) -> Result<(), Refusal> {
    let parts = terms.parts();
    if now < parts.starts_at {
        Err(Refusal::NotStarted)
    } else if now >= parts.ends_at {
        Err(Refusal::Expired)
    } else if !terms.honoured_in(store) {
        Err(Refusal::WrongStore)
    } else if parts.hours.is_some_and(|hours| !hours.contain(now)) {
        Err(Refusal::OutsideHours)
    } else {
        Ok(())
    }
}
