//! Rows as they stand in the tables, and the domain's values that they stand for.

use std::sync::Arc;

use diesel::prelude::*;
use prost::Message;
use proto::{convert, v1};
use shared::{
    ids::{CouponId, IssuerId, MerchantId, OfferNumber, TerminalId, WalletId},
    money::Currency,
    payment::Redemption,
    time::UnixMillis,
};

use super::{
    StoreError,
    codes::{Coded, bytes, count, maybe_time, maybe_uuid, number, uuid},
    table::Table,
    values::Bind::{self, Bytes, Encoded, Int, MaybeBytes, MaybeInt, MaybeText, Text},
};
use crate::model::{self, Campaign, CampaignState, Coupon, CouponState, Decline, Offer, Payment};

/// A row of `coupons`.
#[derive(Queryable)]
pub(crate) struct CouponRow {
    pub wallet_id: i64,
    pub offer_number: i64,
    pub sequence: i64,
    pub state: i64,
    pub reserved_minor: i64,
    pub clipped_at_ms: i64,
    pub redeemed_at_ms: Option<i64>,
    pub payment_id: Option<Vec<u8>>,
}

impl CouponRow {
    pub(crate) fn read(&self) -> Result<Coupon, StoreError> {
        Ok(Coupon {
            id: CouponId { offer: OfferNumber(number(self.offer_number)?), sequence: number(self.sequence)? },
            wallet: WalletId(number(self.wallet_id)?),
            state: CouponState::of_code(self.state)?,
            reserved_minor: self.reserved_minor,
            clipped_at: UnixMillis(self.clipped_at_ms),
            redeemed_at: maybe_time(self.redeemed_at_ms),
            payment: maybe_uuid(self.payment_id.as_deref())?,
        })
    }
}

/// Coupons as they are written.
pub(super) struct Coupons;

impl Table for Coupons {
    const NAME: &'static str = "coupons";
    const CHANGING: &'static [&'static str] =
        &["state", "reserved_minor", "clipped_at_ms", "redeemed_at_ms", "payment_id"];
    const KEY: &'static [&'static str] = &["wallet_id", "offer_number", "sequence"];
}

/// A row of [`Coupons`].
pub(super) fn coupon_values(coupon: &Coupon) -> [Bind<'_>; 8] {
    [
        Int(coupon.state.code()),
        Int(coupon.reserved_minor),
        Int(coupon.clipped_at.0),
        MaybeInt(coupon.redeemed_at.map(|at| at.0)),
        MaybeBytes(coupon.payment.as_ref().map(|id| id.as_bytes().as_slice())),
        Int(coupon.wallet.0.into()),
        Int(coupon.id.offer.0.into()),
        Int(coupon.id.sequence.into()),
    ]
}

/// A row of `offers`.
#[derive(Queryable)]
pub(crate) struct OfferRow {
    pub offer_number: i64,
    pub issuer_id: i64,
    pub title_en: String,
    pub title_zh: String,
    pub description_en: String,
    pub description_zh: String,
    pub image_url: String,
    pub gpc_code: i64,
    pub per_wallet_limit: i64,
    pub terms: Vec<u8>,
}

impl OfferRow {
    pub(crate) fn read(self, issuer_name: String) -> Result<Offer, StoreError> {
        let terms = v1::Terms::decode(self.terms.as_slice()).map_err(|_| StoreError::Corrupt("terms"))?;
        Ok(Offer {
            number: OfferNumber(number(self.offer_number)?),
            issuer: IssuerId(number(self.issuer_id)?),
            issuer_name,
            title: model::Text { en: self.title_en, zh: self.title_zh },
            description: model::Text { en: self.description_en, zh: self.description_zh },
            image_url: self.image_url,
            gpc_code: number(self.gpc_code)?,
            per_wallet_limit: number(self.per_wallet_limit)?,
            terms: convert::terms_from_wire(&terms).map_err(|_| StoreError::Corrupt("terms"))?,
        })
    }
}

/// Offers as they are written.
pub(super) struct Offers;

impl Table for Offers {
    const NAME: &'static str = "offers";
    const FIXED: &'static [&'static str] = &[
        "offer_number",
        "issuer_id",
        "title_en",
        "title_zh",
        "description_en",
        "description_zh",
        "image_url",
        "gpc_code",
        "per_wallet_limit",
        "terms",
    ];
}

/// A row of [`Offers`].
pub(super) fn offer_values(offer: &Offer) -> [Bind<'_>; 10] {
    [
        Int(offer.number.0.into()),
        Int(offer.issuer.0.into()),
        Text(&offer.title.en),
        Text(&offer.title.zh),
        Text(&offer.description.en),
        Text(&offer.description.zh),
        Text(&offer.image_url),
        Int(offer.gpc_code.into()),
        Int(offer.per_wallet_limit.into()),
        Encoded(Some(convert::terms_to_wire(&offer.terms).encode_to_vec())),
    ]
}

/// A row of `campaigns`.
#[derive(Queryable)]
pub(crate) struct CampaignRow {
    pub offer_number: i64,
    _issuer_id: i64,
    pub state: i64,
    pub total_circulation: i64,
    pub ends_at_ms: i64,
    pub revision: i64,
    pub coupons_clipped: i64,
    pub expired_through: i64,
}

impl CampaignRow {
    pub(crate) fn number(&self) -> Result<OfferNumber, StoreError> {
        Ok(OfferNumber(number(self.offer_number)?))
    }

    pub(crate) fn read(&self, offer: Arc<Offer>) -> Result<Campaign, StoreError> {
        Ok(Campaign {
            offer,
            state: CampaignState::of_code(self.state)?,
            total_circulation: number(self.total_circulation)?,
            revision: count(self.revision)?,
            coupons_clipped: number(self.coupons_clipped)?,
            expired_through: number(self.expired_through)?,
        })
    }
}

/// Campaigns as they are written.
pub(super) struct Campaigns;

impl Table for Campaigns {
    const NAME: &'static str = "campaigns";
    const CHANGING: &'static [&'static str] = &["state", "revision", "coupons_clipped", "expired_through"];
    const KEY: &'static [&'static str] = &["offer_number"];
    const FIXED: &'static [&'static str] = &["issuer_id", "total_circulation", "ends_at_ms"];
}

/// A row of [`Campaigns`].
pub(super) fn campaign_values(campaign: &Campaign) -> [Bind<'_>; 8] {
    [
        Int(campaign.state.code()),
        Int(i64::try_from(campaign.revision).unwrap_or(i64::MAX)),
        Int(campaign.coupons_clipped.into()),
        Int(campaign.expired_through.into()),
        Int(campaign.offer.number.0.into()),
        Int(campaign.offer.issuer.0.into()),
        Int(campaign.total_circulation.into()),
        Int(campaign.offer.terms.parts().ends_at.0),
    ]
}

/// A row of `payments`.
#[derive(Queryable)]
pub(crate) struct PaymentRow {
    pub payment_id: Vec<u8>,
    pub request_hash: Option<Vec<u8>>,
    pub state: i64,
    pub merchant_id: i64,
    pub terminal_id: i64,
    pub wallet_id: Option<i64>,
    pub currency: String,
    pub gross_minor: i64,
    pub due_minor: i64,
    pub redemptions: Vec<u8>,
    pub merchant_reference: String,
    pub created_at_ms: i64,
    pub reversed_at_ms: Option<i64>,
    pub decline_reason: Option<String>,
    pub decline_message: Option<String>,
    pub refusals: Option<Vec<u8>>,
    pub previous_payment_id: Option<Vec<u8>>,
    pub entry_id: Option<i64>,
    pub approval_expires_at_ms: Option<i64>,
    pub completed_at_ms: Option<i64>,
}

impl PaymentRow {
    /// The payment, without its refunds.
    pub(crate) fn read(&self) -> Result<Payment, StoreError> {
        let currency = self.currency.parse().map_err(|_| StoreError::Corrupt("a currency"))?;
        Ok(Payment {
            id: uuid(&self.payment_id)?,
            request_hash: self.request_hash.as_deref().map(bytes).transpose()?,
            state: Coded::of_code(self.state)?,
            merchant: MerchantId(number(self.merchant_id)?),
            terminal: TerminalId(number(self.terminal_id)?),
            wallet: self.wallet_id.map(|id| number(id).map(WalletId)).transpose()?,
            currency,
            gross_minor: self.gross_minor,
            due_minor: self.due_minor,
            redemptions: redemptions_of_bytes(&self.redemptions, currency)?,
            reference: self.merchant_reference.clone(),
            created_at: UnixMillis(self.created_at_ms),
            reversed_at: maybe_time(self.reversed_at_ms),
            decline: self.decline()?,
            previous: maybe_uuid(self.previous_payment_id.as_deref())?,
            entry: self.entry_id,
            approval_expires_at: maybe_time(self.approval_expires_at_ms),
            completed_at: maybe_time(self.completed_at_ms),
            refunds: Vec::new(),
        })
    }

    fn decline(&self) -> Result<Option<Decline>, StoreError> {
        let Some(reason) = &self.decline_reason else { return Ok(None) };
        let refusals = v1::CouponRefusals::decode(self.refusals.as_deref().unwrap_or_default())
            .map_err(|_| StoreError::Corrupt("refusals"))?;
        let refusals = refusals.refusals.iter().filter_map(|refusal| {
            let why = convert::refusal_from_wire(refusal.reason())?;
            Some((OfferNumber(refusal.offer_number), why))
        });
        Ok(Some(Decline {
            reason: reason.parse().map_err(|_| StoreError::Corrupt("a decline's reason"))?,
            message: self.decline_message.clone().unwrap_or_default(),
            refusals: refusals.collect(),
        }))
    }
}

/// Payments as they are written.
pub(super) struct Payments;

impl Table for Payments {
    const NAME: &'static str = "payments";
    const CHANGING: &'static [&'static str] = &["state", "reversed_at_ms", "completed_at_ms", "entry_id"];
    const KEY: &'static [&'static str] = &["payment_id"];
    const FIXED: &'static [&'static str] = &[
        "request_hash",
        "merchant_id",
        "terminal_id",
        "wallet_id",
        "currency",
        "gross_minor",
        "due_minor",
        "redemptions",
        "merchant_reference",
        "created_at_ms",
        "decline_reason",
        "decline_message",
        "refusals",
        "previous_payment_id",
        "approval_expires_at_ms",
    ];
}

/// A row of [`Payments`].
pub(super) fn payment_values(payment: &Payment) -> [Bind<'_>; 20] {
    let decline = payment.decline.as_ref();
    [
        Int(payment.state.code()),
        MaybeInt(payment.reversed_at.map(|at| at.0)),
        MaybeInt(payment.completed_at.map(|at| at.0)),
        MaybeInt(payment.entry),
        Bytes(payment.id.as_bytes()),
        MaybeBytes(payment.request_hash.as_ref().map(|hash| hash.as_slice())),
        Int(payment.merchant.0.into()),
        Int(payment.terminal.0.into()),
        MaybeInt(payment.wallet.map(|id| id.0.into())),
        Text(payment.currency.code()),
        Int(payment.gross_minor),
        Int(payment.due_minor),
        Encoded(Some(redemptions_to_bytes(&payment.redemptions, payment.currency))),
        Text(&payment.reference),
        Int(payment.created_at.0),
        MaybeText(decline.map(|decline| decline.reason.as_str())),
        MaybeText(decline.map(|decline| decline.message.as_str())),
        Encoded(decline.map(refusals_to_bytes)),
        MaybeBytes(payment.previous.as_ref().map(|id| id.as_bytes().as_slice())),
        MaybeInt(payment.approval_expires_at.map(|at| at.0)),
    ]
}

fn refusals_to_bytes(decline: &Decline) -> Vec<u8> {
    let refusal = |(offer, why): &(OfferNumber, _)| v1::CouponRefusal {
        offer_number: offer.0,
        reason: convert::refusal_to_wire(*why).into(),
    };
    v1::CouponRefusals { refusals: decline.refusals.iter().map(refusal).collect() }.encode_to_vec()
}

fn redemptions_to_bytes(redemptions: &[Redemption], currency: Currency) -> Vec<u8> {
    let redemptions = redemptions.iter().map(|r| convert::redemption_to_wire(r, currency)).collect();
    v1::Payment { redemptions, ..v1::Payment::default() }.encode_to_vec()
}

/// What was redeemed in a payment, from its column.
pub(crate) fn redemptions_of_bytes(bytes: &[u8], currency: Currency) -> Result<Vec<Redemption>, StoreError> {
    let corrupt = StoreError::Corrupt("redemptions");
    let Ok(wire) = v1::Payment::decode(bytes) else { return Err(corrupt) };
    let read = |r| convert::redemption_from_wire(r, currency);
    wire.redemptions.iter().map(read).collect::<Result<_, _>>().map_err(|_| corrupt)
}
