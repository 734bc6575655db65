//! A basket and what the shopper pays with, priced: what is due, what each coupon saves and where, and why one saves nothing.

mod means;

pub use means::{BareToken, Means, Shown};

use proto::{
    convert::{money_to_wire, redemption_to_wire},
    v1::{CreatePaymentRequest, LocalizedText},
};
use shared::{
    basket::Basket,
    ids::OfferNumber,
    money::Money,
    offer::Refusal,
    payment::{Applied, Candidate, quote},
    time::UnixMillis,
};
use tracing::info;

use crate::{
    offers::{OfferBook, THIS_SHOP},
    receipt::SoldLine,
};

/// Which sale a payment is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sale {
    /// The till's own number for it; may be empty.
    pub reference: String,
    /// The lane; empty for a till of one lane.
    pub lane_id: String,
    /// The checkout of the lane; empty where there is none.
    pub checkout_id: String,
    /// The basket, for receipt and refund; empty where it is not told.
    pub sold: Vec<SoldLine>,
}

/// The number of a sale at a till of one lane.
impl From<&str> for Sale {
    fn from(reference: &str) -> Self {
        Self { reference: reference.to_owned(), ..Self::default() }
    }
}

/// A coupon that saves something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedCoupon {
    /// What the offer is for.
    pub title: LocalizedText,
    /// Its lines, and where they are in the basket.
    pub applied: Applied,
}

/// A coupon that is not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedCoupon {
    /// The offer.
    pub offer_number: OfferNumber,
    /// What the offer is for; `None` where the till doesn't know it.
    pub title: Option<LocalizedText>,
    /// Why.
    pub reason: Refusal,
}

/// What the till shows before it asks for the money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// Before discounts.
    pub gross: Money,
    /// All discounts.
    pub discount: Money,
    /// To be paid.
    pub due: Money,
    /// Coupons that save something, most first.
    pub applied: Vec<AppliedCoupon>,
    /// Coupons that are not applied.
    pub refused: Vec<RefusedCoupon>,
    /// Whether it is proven that no other choice of coupons saves more.
    pub exact: bool,
}

/// Prices a basket with the coupons of what the shopper pays with.
///
/// `dropped` are coupons that the provider has refused before, with its reason: they stay out. A coupon whose offer isn't in
/// the book is of another shop, and one whose claim isn't what its terms give was tampered with.
pub fn price(
    basket: &Basket,
    means: &impl Means,
    offers: &OfferBook,
    dropped: &[(OfferNumber, Refusal)],
    now: UnixMillis,
) -> Priced {
    let mut candidates = Vec::new();
    let mut refused: Vec<(OfferNumber, Refusal)> = Vec::new();
    for claim in &means.claims(offers) {
        let number = claim.offer_number;
        let why_not = dropped.iter().find(|(dropped, _)| *dropped == number).map(|(_, reason)| *reason);
        match (why_not, offers.get(number)) {
            (Some(reason), _) => refused.push((number, reason)),
            (None, None) => refused.push((number, Refusal::WrongStore)),
            (None, Some(offer)) if *claim != offer.terms.claim(number) => {
                refused.push((number, Refusal::DiscountMismatch));
            }
            (None, Some(offer)) => candidates.push(Candidate { offer_number: number, terms: &offer.terms }),
        }
    }
    let quote = quote(basket, &candidates, THIS_SHOP, now);
    if !quote.exact {
        info!(steps = quote.steps, "priced with the best choice of coupons found in the steps allowed");
    }
    refused.extend(quote.refused);
    let title = |number| offers.get(number).map(|offer| offer.title.clone());
    Priced {
        gross: quote.gross,
        discount: quote.discount,
        due: quote.due,
        applied: quote
            .applied
            .into_iter()
            .map(|applied| AppliedCoupon {
                title: title(applied.redemption.offer_number).unwrap_or_default(),
                applied,
            })
            .collect(),
        refused: refused
            .into_iter()
            .map(|(offer_number, reason)| RefusedCoupon { offer_number, title: title(offer_number), reason })
            .collect(),
        exact: quote.exact,
    }
}

impl Priced {
    /// The request that asks for this: the redeemed lines, and nothing else of the basket.
    pub fn request(&self, payment_id: String, means: &impl Means, reference: &str) -> CreatePaymentRequest {
        let redemption =
            |coupon: &AppliedCoupon| redemption_to_wire(&coupon.applied.redemption, self.due.currency);
        let mut request = CreatePaymentRequest {
            payment_id,
            gross_amount: Some(money_to_wire(self.gross)),
            amount_due: Some(money_to_wire(self.due)),
            redemptions: self.applied.iter().map(redemption).collect(),
            merchant_reference: reference.to_owned(),
            ..CreatePaymentRequest::default()
        };
        means.prove(&mut request);
        request
    }
}
