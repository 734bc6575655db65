//! Why a coupon that was in the wallet took nothing off a payment. The till knows; but what a shopper did not use is nobody's
//! business, so no program ever tells the provider. The phone finds out by itself, from the receipt and the terms.

use prost::Message;
use proto::{
    convert::{terms_from_wire, time_from_wire},
    v1::{self, CouponRefusalReason, CouponState},
};
use shared::{gs1::Gtin, offer::Terms, time::UnixMillis};

use super::Model;
use crate::pay::Choice;

/// Unused coupons kept with a receipt.
const UNUSED_MAX: usize = 30;

/// A coupon that was in the wallet and took nothing off.
#[derive(Clone, PartialEq, Message)]
pub struct Unused {
    /// Its offer.
    #[prost(uint32, tag = "1")]
    pub offer_number: u32,
    /// What it is for.
    #[prost(message, optional, tag = "2")]
    pub title: Option<v1::LocalizedText>,
    /// Why.
    #[prost(enumeration = "CouponRefusalReason", tag = "3")]
    pub reason: i32,
}

/// The coupons that a payment, of which the phone has just heard, did not use.
pub(super) fn unused(model: &Model, payment: &v1::Payment) -> Vec<Unused> {
    let Ok(at) = time_from_wire("created_at", payment.created_at.as_ref()) else { return vec![] };
    let clipped = model.memory.coupons.iter().filter(|coupon| coupon.state() == CouponState::Clipped);
    let before = clipped.filter(|coupon| {
        let clipped_at = time_from_wire("clipped_at", coupon.clipped_at.as_ref());
        clipped_at.map_or(true, |clipped_at| clipped_at <= at)
    });
    let offers = before.filter_map(|coupon| coupon.offer.as_ref()).filter(|offer| {
        payment.redemptions.iter().all(|redemption| redemption.offer_number != offer.offer_number)
    });
    let with_reason = offers.map(|offer| {
        let out = model.memory.choices.get(&offer.offer_number) == Some(&Choice::Excluded);
        let reason = match out {
            true => CouponRefusalReason::NotClipped,
            false => why(model, offer, payment, at),
        };
        Unused { offer_number: offer.offer_number, title: offer.title.clone(), reason: reason.into() }
    });
    with_reason.take(UNUSED_MAX).collect()
}

/// The first reason that holds. Of goods that were bought without a coupon the receipt says nothing, so the last reason is
/// what is left: not enough of its items.
fn why(model: &Model, offer: &v1::Offer, payment: &v1::Payment, at: UnixMillis) -> CouponRefusalReason {
    let Some(wire) = &offer.terms else { return CouponRefusalReason::Unspecified };
    let Ok(terms) = terms_from_wire(wire) else { return CouponRefusalReason::Unspecified };
    let parts = terms.parts();
    let gross = payment.gross_amount.as_ref().map_or(i64::MAX, |gross| gross.minor_units);
    let minimum = wire.basket_minimum.as_ref().map_or(0, |minimum| minimum.minor_units);
    let elsewhere = !wire.merchant_ids.is_empty()
        && wire.branch_glns.is_empty()
        && wire.merchant_ids.iter().all(|id| *id != payment.merchant_id);
    if at < parts.starts_at {
        CouponRefusalReason::NotStarted
    } else if at >= parts.ends_at {
        CouponRefusalReason::Expired
    } else if elsewhere {
        CouponRefusalReason::WrongStore
    } else if parts.hours.is_some_and(|hours| !hours.contain(at)) {
        CouponRefusalReason::OutsideHours
    } else if gross < minimum {
        CouponRefusalReason::RequirementNotMet
    } else if beaten(model, wire, payment) || shares_items(&terms, payment) {
        CouponRefusalReason::NotStackable
    } else {
        CouponRefusalReason::ItemMismatch
    }
}

/// Whether a coupon that was used goes with no other, or this one doesn't, or both are of one group.
fn beaten(model: &Model, terms: &v1::Terms, payment: &v1::Payment) -> bool {
    let alone = |terms: &v1::Terms| terms.stacking.as_ref().is_some_and(|stacking| stacking.exclusive);
    let group = |terms: &v1::Terms| terms.stacking.as_ref().map(|stacking| stacking.group.clone());
    let own_group = group(terms).filter(|group| !group.is_empty());
    let used = payment.redemptions.iter();
    let used_terms = used.filter_map(|redemption| model.offer(redemption.offer_number)?.terms.as_ref());
    (alone(terms) && !payment.redemptions.is_empty())
        || used_terms.into_iter().any(|used| alone(used) || own_group.is_some() && group(used) == own_group)
}

/// Whether another coupon was used on its items.
fn shares_items(terms: &Terms, payment: &v1::Payment) -> bool {
    let lines = payment.redemptions.iter().flat_map(|redemption| &redemption.lines);
    let mut items = lines.filter_map(|line| Gtin::parse(&line.gtin).ok());
    items.any(|item| terms.parts().requirements.iter().any(|of| of.items.contains(item)))
}
