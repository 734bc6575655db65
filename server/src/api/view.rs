//! What the provider keeps, as callers see it.

use std::{collections::BTreeSet, sync::Arc};

use proto::{
    convert::{money_to_wire, redemption_to_wire, state_to_wire, terms_to_wire, time_to_wire},
    v1,
};
use shared::{
    ids::{DeviceId, MerchantId},
    money::Money,
    payment::{PaymentState, RedeemedLine, approval::Limits},
};

use crate::{
    app::App,
    engine::decide::payment::limits,
    model::{
        Campaign, CampaignState, CampaignView, Coupon, CouponState, Device, Offer, Payment, RedemptionRow,
        Text, WalletState, WalletView,
    },
    store::refunds,
};

fn text(text: &Text) -> v1::LocalizedText {
    v1::LocalizedText { en: text.en.clone(), zh: text.zh.clone() }
}

/// An offer.
pub(super) fn offer(offer: &Offer, clippable: bool) -> v1::Offer {
    v1::Offer {
        offer_number: offer.number.0,
        issuer_name: offer.issuer_name.clone(),
        title: Some(text(&offer.title)),
        description: Some(text(&offer.description)),
        terms: Some(terms_to_wire(&offer.terms)),
        clippable,
        image_url: offer.image_url.clone(),
        gpc_code: offer.gpc_code,
        per_wallet_limit: offer.per_wallet_limit,
    }
}

/// Devices as one of them sees them.
pub(super) fn devices(devices: &[Device], this: DeviceId) -> Vec<v1::Device> {
    let device = |device: &Device| v1::Device {
        device_id: device.id.to_string(),
        name: device.name.clone(),
        linked_at: Some(time_to_wire(device.linked_at)),
        this_device: device.id == this,
    };
    devices.iter().map(device).collect()
}

/// A coupon's state.
pub(super) fn coupon_state(state: CouponState) -> v1::CouponState {
    match state {
        CouponState::Clipped => v1::CouponState::Clipped,
        CouponState::Redeemed => v1::CouponState::Redeemed,
        CouponState::Unclipped => v1::CouponState::Unclipped,
        CouponState::Expired => v1::CouponState::Expired,
        CouponState::Held => v1::CouponState::Held,
    }
}

/// One redeemed line for the manufacturer, whose claim file names items by GTIN-14.
fn redemption(row: &RedemptionRow, payment: &Payment, redeemed: &RedeemedLine) -> v1::Redemption {
    let money = |minor| Some(money_to_wire(Money::new(payment.currency, minor)));
    let RedeemedLine { line, discount_minor } = redeemed;
    v1::Redemption {
        offer_number: row.coupon.offer.0,
        coupon_id: row.coupon.to_string(),
        payment_id: row.payment.to_string(),
        merchant_id: payment.merchant.to_string(),
        gtin: line.gtin.to_string(),
        units: line.units,
        unit_price: money(line.unit_price_minor),
        discount: money(*discount_minor),
        redeemed_at: Some(time_to_wire(payment.created_at)),
        reversed: payment.state == PaymentState::Reversed,
    }
}

/// The redeemed lines of one campaign in a payment.
pub(super) fn redemptions(row: &RedemptionRow, payment: &Payment) -> Vec<v1::Redemption> {
    payment
        .redemptions
        .iter()
        .filter(|r| r.offer_number == row.coupon.offer)
        .flat_map(|r| &r.lines)
        .map(|line| redemption(row, payment, line))
        .collect()
}

impl App {
    /// Every shop that some of these offers are limited to, in the order of ids.
    pub(crate) fn shops_of(&self, offers: &[Arc<Offer>]) -> Vec<v1::Shop> {
        let ids: BTreeSet<MerchantId> =
            offers.iter().flat_map(|offer| offer.terms.parts().stores.iter().copied()).collect();
        let shop = |id: MerchantId| {
            Some(v1::Shop { merchant_id: id.to_string(), name: self.directory.merchant_name_to_show(id)? })
        };
        ids.into_iter().filter_map(shop).collect()
    }

    /// A coupon with its offer.
    pub(crate) fn coupon_view(&self, coupon: &Coupon) -> v1::Coupon {
        let wire_offer = self.directory.offer_to_show(coupon.id.offer).map(|found| offer(&found, false));
        v1::Coupon {
            coupon_id: coupon.id.to_string(),
            offer: wire_offer,
            state: coupon_state(coupon.state).into(),
            clipped_at: Some(time_to_wire(coupon.clipped_at)),
            redeemed_at: coupon.redeemed_at.map(time_to_wire),
            payment_id: coupon.payment.map(|id| id.to_string()).unwrap_or_default(),
        }
    }

    /// A payment: never with anything of the shopper.
    pub(crate) fn payment_view(&self, payment: &Payment) -> v1::Payment {
        let money = |minor| Some(money_to_wire(payment.money(minor)));
        let arrived = payment.request_hash.is_some();
        let redemption = |r: &shared::payment::Redemption| {
            let offer = self.directory.offer_to_show(r.offer_number);
            v1::CouponRedemption {
                title: offer.as_ref().map(|offer| text(&offer.title)),
                issuer_name: offer.map(|offer| offer.issuer_name.clone()).unwrap_or_default(),
                ..redemption_to_wire(r, payment.currency)
            }
        };
        v1::Payment {
            payment_id: payment.id.to_string(),
            state: state_to_wire(self.state_now(payment)).into(),
            merchant_id: payment.merchant.to_string(),
            merchant_name: self.directory.merchant_name_to_show(payment.merchant).unwrap_or_default(),
            terminal_id: payment.terminal.to_string(),
            gross_amount: arrived.then(|| money(payment.gross_minor)).flatten(),
            discount_amount: arrived.then(|| money(payment.gross_minor - payment.due_minor)).flatten(),
            amount_due: arrived.then(|| money(payment.due_minor)).flatten(),
            redemptions: payment.redemptions.iter().map(redemption).collect(),
            merchant_reference: payment.reference.clone(),
            created_at: Some(time_to_wire(payment.created_at)),
            reversed_at: payment.reversed_at.map(time_to_wire),
            decline_reason: payment
                .decline
                .as_ref()
                .map(|d| d.reason.as_str().to_owned())
                .unwrap_or_default(),
            approval_expires_at: payment.approval_expires_at.map(time_to_wire),
            completed_at: payment.completed_at.map(time_to_wire),
            refunded_amount: payment.completed_at.map(|_| self.money(payment.refunded_minor())),
            refunds: payment.refunds.iter().map(|refund| refunds::to_wire(payment, refund)).collect(),
        }
    }

    /// Where a payment stands now: one whose time for an approval is over has expired, whether or not the sweep was there.
    fn state_now(&self, payment: &Payment) -> PaymentState {
        if payment.is_overdue(self.outside.clock.now()) { PaymentState::Expired } else { payment.state }
    }

    /// A wallet.
    pub(crate) fn wallet_view(&self, view: &WalletView) -> v1::Wallet {
        let limits = limits(&self.rules, Some(&view.wallet));
        let state = match view.wallet.state {
            WalletState::Active => v1::WalletState::Active,
            WalletState::Frozen => v1::WalletState::Frozen,
            WalletState::Closed => v1::WalletState::Closed,
        };
        v1::Wallet {
            wallet_id: view.wallet.id.to_string(),
            balance: Some(self.money(view.balance_minor)),
            state: state.into(),
            opened_at: Some(time_to_wire(view.wallet.opened_at)),
            approval_limits: Some(self.limits_view(limits)),
        }
    }

    /// A campaign with its money.
    pub(crate) fn campaign_view(&self, view: &CampaignView) -> v1::Campaign {
        let CampaignView { campaign, available_minor, reserved_minor, coupons_redeemed } = view;
        v1::Campaign {
            offer: Some(offer(&campaign.offer, campaign.clippable(self.outside.clock.now()))),
            state: campaign_state(campaign).into(),
            issuer_id: campaign.offer.issuer.to_string(),
            per_wallet_limit: campaign.offer.per_wallet_limit,
            total_circulation: campaign.total_circulation,
            budget_available: Some(self.money(*available_minor)),
            budget_reserved: Some(self.money(*reserved_minor)),
            coupons_clipped: campaign.coupons_clipped.into(),
            coupons_redeemed: u64::try_from(*coupons_redeemed).unwrap_or_default(),
        }
    }

    /// What a wallet should know of this provider.
    pub(crate) fn provider_info(&self) -> v1::ProviderInfo {
        let code_valid_seconds = u32::try_from(self.rules.code_valid_ms / 1000).unwrap_or(u32::MAX);
        v1::ProviderInfo {
            name: self.rules.provider_name.clone(),
            server_time: Some(time_to_wire(self.outside.clock.now())),
            demo: self.rules.demo,
            currency_code: self.rules.currency.to_string(),
            code_valid_seconds,
            approval_limits: Some(self.limits_view(self.rules.approval_limits)),
        }
    }

    fn limits_view(&self, limits: Limits) -> v1::ApprovalLimits {
        v1::ApprovalLimits {
            per_payment: Some(self.money(limits.per_payment_minor)),
            per_day: Some(self.money(limits.per_day_minor)),
        }
    }

    /// An amount in the provider's currency.
    pub(crate) fn money(&self, minor: i64) -> v1::Money {
        money_to_wire(Money::new(self.rules.currency, minor))
    }
}

fn campaign_state(campaign: &Campaign) -> v1::CampaignState {
    match campaign.state {
        CampaignState::Draft => v1::CampaignState::Draft,
        CampaignState::Active => v1::CampaignState::Active,
        CampaignState::Paused => v1::CampaignState::Paused,
    }
}
