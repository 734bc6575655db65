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
    values::Bind,
};
use crate::model::{Campaign, CampaignState, Coupon, CouponState, Decline, Offer, Payment, Text};

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

impl From<&Coupon> for CouponRow {
    fn from(coupon: &Coupon) -> Self {
        Self {
            wallet_id: coupon.wallet.0.into(),
            offer_number: coupon.id.offer.0.into(),
            sequence: coupon.id.sequence.into(),
            state: coupon.state.code(),
            reserved_minor: coupon.reserved_minor,
            clipped_at_ms: coupon.clipped_at.0,
            redeemed_at_ms: coupon.redeemed_at.map(|at| at.0),
            payment_id: coupon.payment.map(|id| id.as_bytes().to_vec()),
        }
    }
}

impl CouponRow {
    pub(crate) const COLUMNS: usize = 8;
    pub(crate) const INTO: &'static str = "coupons (wallet_id, offer_number, sequence, state, reserved_minor, \
         clipped_at_ms, redeemed_at_ms, payment_id)";

    /// The values for [`Self::INTO`].
    pub(crate) fn binds(&self) -> [Bind<'_>; Self::COLUMNS] {
        [
            Bind::Int(self.wallet_id),
            Bind::Int(self.offer_number),
            Bind::Int(self.sequence),
            Bind::Int(self.state),
            Bind::Int(self.reserved_minor),
            Bind::Int(self.clipped_at_ms),
            Bind::MaybeInt(self.redeemed_at_ms),
            Bind::MaybeBytes(self.payment_id.as_deref()),
        ]
    }

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

impl From<&Offer> for OfferRow {
    fn from(offer: &Offer) -> Self {
        Self {
            offer_number: offer.number.0.into(),
            issuer_id: offer.issuer.0.into(),
            title_en: offer.title.en.clone(),
            title_zh: offer.title.zh.clone(),
            description_en: offer.description.en.clone(),
            description_zh: offer.description.zh.clone(),
            image_url: offer.image_url.clone(),
            gpc_code: offer.gpc_code.into(),
            per_wallet_limit: offer.per_wallet_limit.into(),
            terms: convert::terms_to_wire(&offer.terms).encode_to_vec(),
        }
    }
}

impl OfferRow {
    pub(crate) const COLUMNS: usize = 10;
    pub(crate) const INTO: &'static str = "offers (offer_number, issuer_id, title_en, title_zh, description_en, \
         description_zh, image_url, gpc_code, per_wallet_limit, terms)";

    /// The values for [`Self::INTO`].
    pub(crate) fn binds(&self) -> [Bind<'_>; Self::COLUMNS] {
        [
            Bind::Int(self.offer_number),
            Bind::Int(self.issuer_id),
            Bind::Text(&self.title_en),
            Bind::Text(&self.title_zh),
            Bind::Text(&self.description_en),
            Bind::Text(&self.description_zh),
            Bind::Text(&self.image_url),
            Bind::Int(self.gpc_code),
            Bind::Int(self.per_wallet_limit),
            Bind::Bytes(&self.terms),
        ]
    }

    pub(crate) fn read(self, issuer_name: String) -> Result<Offer, StoreError> {
        let terms = v1::Terms::decode(self.terms.as_slice()).map_err(|_| StoreError::Corrupt("terms"))?;
        Ok(Offer {
            number: OfferNumber(number(self.offer_number)?),
            issuer: IssuerId(number(self.issuer_id)?),
            issuer_name,
            title: Text { en: self.title_en, zh: self.title_zh },
            description: Text { en: self.description_en, zh: self.description_zh },
            image_url: self.image_url,
            gpc_code: number(self.gpc_code)?,
            per_wallet_limit: number(self.per_wallet_limit)?,
            terms: convert::terms_from_wire(&terms).map_err(|_| StoreError::Corrupt("terms"))?,
        })
    }
}

/// A row of `campaigns`.
#[derive(Queryable)]
pub(crate) struct CampaignRow {
    pub offer_number: i64,
    pub issuer_id: i64,
    pub state: i64,
    pub total_circulation: i64,
    pub ends_at_ms: i64,
    pub revision: i64,
    pub coupons_clipped: i64,
    pub expired_through: i64,
}

impl From<&Campaign> for CampaignRow {
    fn from(campaign: &Campaign) -> Self {
        Self {
            offer_number: campaign.offer.number.0.into(),
            issuer_id: campaign.offer.issuer.0.into(),
            state: campaign.state.code(),
            total_circulation: campaign.total_circulation.into(),
            ends_at_ms: campaign.offer.terms.parts().ends_at.0,
            revision: i64::try_from(campaign.revision).unwrap_or(i64::MAX),
            coupons_clipped: campaign.coupons_clipped.into(),
            expired_through: campaign.expired_through.into(),
        }
    }
}

impl CampaignRow {
    pub(crate) const COLUMNS: usize = 8;
    pub(crate) const INTO: &'static str = "campaigns (offer_number, issuer_id, state, total_circulation, \
         ends_at_ms, revision, coupons_clipped, expired_through)";

    /// The values for [`Self::INTO`].
    pub(crate) fn binds(&self) -> [Bind<'_>; Self::COLUMNS] {
        [
            Bind::Int(self.offer_number),
            Bind::Int(self.issuer_id),
            Bind::Int(self.state),
            Bind::Int(self.total_circulation),
            Bind::Int(self.ends_at_ms),
            Bind::Int(self.revision),
            Bind::Int(self.coupons_clipped),
            Bind::Int(self.expired_through),
        ]
    }

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

impl From<&Payment> for PaymentRow {
    fn from(payment: &Payment) -> Self {
        let decline = payment.decline.as_ref();
        Self {
            payment_id: payment.id.as_bytes().to_vec(),
            request_hash: payment.request_hash.map(|hash| hash.to_vec()),
            state: payment.state.code(),
            merchant_id: payment.merchant.0.into(),
            terminal_id: payment.terminal.0.into(),
            wallet_id: payment.wallet.map(|id| id.0.into()),
            currency: payment.currency.to_string(),
            gross_minor: payment.gross_minor,
            due_minor: payment.due_minor,
            redemptions: redemptions_to_bytes(&payment.redemptions, payment.currency),
            merchant_reference: payment.reference.clone(),
            created_at_ms: payment.created_at.0,
            reversed_at_ms: payment.reversed_at.map(|at| at.0),
            decline_reason: decline.map(|d| d.reason.as_str().to_owned()),
            decline_message: decline.map(|d| d.message.clone()),
            refusals: decline.map(refusals_to_bytes),
            previous_payment_id: payment.previous.map(|id| id.as_bytes().to_vec()),
            entry_id: payment.entry,
            approval_expires_at_ms: payment.approval_expires_at.map(|at| at.0),
            completed_at_ms: payment.completed_at.map(|at| at.0),
        }
    }
}

impl PaymentRow {
    pub(crate) const COLUMNS: usize = 20;
    pub(crate) const INTO: &'static str = "payments (payment_id, request_hash, state, merchant_id, \
         terminal_id, wallet_id, currency, gross_minor, due_minor, redemptions, merchant_reference, created_at_ms, \
         reversed_at_ms, decline_reason, decline_message, refusals, previous_payment_id, entry_id, \
         approval_expires_at_ms, completed_at_ms)";

    /// The values for [`Self::INTO`].
    pub(crate) fn binds(&self) -> [Bind<'_>; Self::COLUMNS] {
        [
            Bind::Bytes(&self.payment_id),
            Bind::MaybeBytes(self.request_hash.as_deref()),
            Bind::Int(self.state),
            Bind::Int(self.merchant_id),
            Bind::Int(self.terminal_id),
            Bind::MaybeInt(self.wallet_id),
            Bind::Text(&self.currency),
            Bind::Int(self.gross_minor),
            Bind::Int(self.due_minor),
            Bind::Bytes(&self.redemptions),
            Bind::Text(&self.merchant_reference),
            Bind::Int(self.created_at_ms),
            Bind::MaybeInt(self.reversed_at_ms),
            Bind::MaybeText(self.decline_reason.as_deref()),
            Bind::MaybeText(self.decline_message.as_deref()),
            Bind::MaybeBytes(self.refusals.as_deref()),
            Bind::MaybeBytes(self.previous_payment_id.as_deref()),
            Bind::MaybeInt(self.entry_id),
            Bind::MaybeInt(self.approval_expires_at_ms),
            Bind::MaybeInt(self.completed_at_ms),
        ]
    }

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
