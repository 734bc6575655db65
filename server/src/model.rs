//! What the provider keeps, as the rules see it: no database types here.

mod wallet;

use std::sync::Arc;

use shared::{
    ids::{CouponId, IssuerId, MerchantId, OfferNumber, TerminalId, WalletId},
    ledger::{Account, EntryKind},
    money::{Currency, Money},
    offer::{Refusal, Terms},
    payment::{PaymentState, Redemption, refund::Returned},
    reason::Reason,
    settlement::{BatchId, FeeRate, Turnover},
    time::UnixMillis,
};
use uuid::Uuid;

pub use wallet::{Device, Pairing, Token, TokenState, Wallet, WalletState, WalletView};

/// Chosen by the till, UUIDv7.
pub type PaymentId = Uuid;
/// Chosen by whoever refunds, UUIDv7.
pub type RefundId = Uuid;
/// Counts journal entries from 1.
pub type EntryId = i64;
/// Counts tokens from 1; the number on the phone is an encryption of it.
pub type TokenId = u64;
/// SHA-256 of a code that is typed: of a pairing or a recovery code.
pub type CodeHash = [u8; 32];
/// SHA-256 of a request, to tell a repeated one from another with the same id.
pub type RequestHash = [u8; 32];

/// An account of the ledger, or this server's stripe of one that has a stripe for each server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountRow {
    /// Credit positive.
    pub balance_minor: i64,
    /// The newest payment of a wallet's account; its receipts are a chain from there.
    pub last_payment: Option<PaymentId>,
    /// Coupons redeemed and not reversed, of a campaign's reserve.
    pub coupons_redeemed: i64,
    /// The day of `spent_minor`, counted from 1970.
    pub spent_day: i64,
    /// What a wallet paid on that day without approval.
    pub spent_minor: i64,
    /// The open batch, of a shop's account or a campaign's reserve.
    pub open: Turnover,
    /// Its batch was closed: every stripe begins a new one.
    pub closed: bool,
    /// What the other stripes hold.
    pub elsewhere: Elsewhere,
}

impl AccountRow {
    /// The open batch over all stripes, which must be known.
    pub fn open_everywhere(&self) -> Turnover {
        let Elsewhere::Known { open, .. } = &self.elsewhere else {
            panic!("the whole of the account was not loaded for this batch")
        };
        let mut sum = self.open;
        sum.join(open);
        sum
    }

    /// Begins a new batch on all stripes, which must be known.
    pub fn close(&mut self) {
        let Elsewhere::Known { open, .. } = &mut self.elsewhere else {
            panic!("the whole of the account was not loaded for this batch")
        };
        *open = Turnover::default();
        self.open = Turnover::default();
        self.closed = true;
    }
}

/// The other stripes of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// Nobody asked (see [`Keys::whole`](crate::engine::Keys::whole)): the balance is not known.
    Unknown,
    /// All are loaded and locked; this is their sum.
    Known {
        /// Credit positive.
        balance_minor: i64,
        /// Coupons redeemed and not reversed.
        coupons_redeemed: i64,
        /// Their part of the open batch.
        open: Turnover,
    },
}

impl Elsewhere {
    /// There are no other stripes.
    pub const NONE: Self = Self::Known {
        balance_minor: 0,
        coupons_redeemed: 0,
        open: Turnover { sales: 0, sales_minor: 0, returns: 0, returns_minor: 0 },
    };
}

impl Default for Elsewhere {
    fn default() -> Self {
        Self::NONE
    }
}

/// Whether every server has a stripe of its own of this account.
pub fn is_striped(account: Account) -> bool {
    match account {
        Account::Merchant(_) | Account::CampaignReserved(_) | Account::ProviderFees | Account::Cash => true,
        Account::Wallet(_) | Account::Issuer(_) | Account::CampaignBudget(_) => false,
    }
}

/// Where a coupon stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CouponState {
    /// In the wallet, honoured until the offer ends.
    Clipped,
    /// Used in a payment.
    Redeemed,
    /// Given back by the shopper.
    Unclipped,
    /// Ended unused.
    Expired,
    /// Kept for a payment that waits for approval.
    Held,
}

/// Key of a coupon: ordered so that a wallet's coupons of one offer lie together.
pub type CouponKey = (WalletId, OfferNumber, u32);

/// One clipped instance of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coupon {
    /// Its name.
    pub id: CouponId,
    /// Whose.
    pub wallet: WalletId,
    /// Where it stands.
    pub state: CouponState,
    /// What the campaign still holds for it.
    pub reserved_minor: i64,
    /// When it was clipped.
    pub clipped_at: UnixMillis,
    /// When it was redeemed.
    pub redeemed_at: Option<UnixMillis>,
    /// The payment that redeemed it, or that it is held for.
    pub payment: Option<PaymentId>,
}

impl Coupon {
    /// Its key.
    pub fn key(&self) -> CouponKey {
        (self.wallet, self.id.offer, self.id.sequence)
    }
}

/// Text in both languages of the wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

/// What never changes of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its name, and the campaign's.
    pub number: OfferNumber,
    /// Who pays for it.
    pub issuer: IssuerId,
    /// The issuer's name.
    pub issuer_name: String,
    /// What it is for.
    pub title: Text,
    /// One more line.
    pub description: Text,
    /// A picture; may be empty.
    pub image_url: String,
    /// What kind of goods it is for, by the GS1 Global Product Classification; 0 for not said.
    pub gpc_code: u32,
    /// Clips allowed for one wallet.
    pub per_wallet_limit: u32,
    /// The promise.
    pub terms: Terms,
}

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignState {
    /// Not shown to shoppers yet.
    Draft,
    /// Can be clipped.
    Active,
    /// Can't be clipped; coupons that are out are honoured.
    Paused,
}

/// A campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its offer.
    pub offer: Arc<Offer>,
    /// Where it stands.
    pub state: CampaignState,
    /// Coupons that may ever be clipped; 0 where only the budget limits them.
    pub total_circulation: u32,
    /// Counts changes of what tills see, over all campaigns.
    pub revision: u64,
    /// Coupons clipped ever; the last sequence given.
    pub coupons_clipped: u32,
    /// The last sequence that the sweep has looked at after the end.
    pub expired_through: u32,
}

impl Campaign {
    /// Whether a coupon can be clipped at `now`.
    pub fn clippable(&self, now: UnixMillis) -> bool {
        self.state == CampaignState::Active && now < self.offer.terms.parts().ends_at
    }
}

/// A campaign with its money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignView {
    /// The campaign.
    pub campaign: Campaign,
    /// Not yet promised.
    pub available_minor: i64,
    /// Held for coupons that are out.
    pub reserved_minor: i64,
    /// Coupons redeemed and not reversed.
    pub coupons_redeemed: i64,
}

/// Why a payment was declined, kept so that the same request gets the same answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decline {
    /// The cause.
    pub reason: Reason,
    /// In words.
    pub message: String,
    /// Each refused coupon.
    pub refusals: Vec<(OfferNumber, Refusal)>,
}

/// A payment that was decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Chosen by the till.
    pub id: PaymentId,
    /// Of the request; none where it was reversed before it arrived.
    pub request_hash: Option<RequestHash>,
    /// Where it stands.
    pub state: PaymentState,
    /// The shop.
    pub merchant: MerchantId,
    /// The till.
    pub terminal: TerminalId,
    /// The shopper; none where the token was unknown or the payment never arrived. Never told to a shop.
    pub wallet: Option<WalletId>,
    /// Of all amounts.
    pub currency: Currency,
    /// Before discounts.
    pub gross_minor: i64,
    /// What the shopper pays.
    pub due_minor: i64,
    /// Coupons and lines.
    pub redemptions: Vec<Redemption>,
    /// The till's own number.
    pub reference: String,
    /// When it was first decided on.
    pub created_at: UnixMillis,
    /// When it was reversed.
    pub reversed_at: Option<UnixMillis>,
    /// Why it was declined.
    pub decline: Option<Decline>,
    /// The wallet's payment before.
    pub previous: Option<PaymentId>,
    /// The journal entry that moved the money.
    pub entry: Option<EntryId>,
    /// Until when it can be approved, where it had to be.
    pub approval_expires_at: Option<UnixMillis>,
    /// When the money moved.
    pub completed_at: Option<UnixMillis>,
    /// What was given back, oldest first.
    pub refunds: Vec<Refund>,
}

/// What was given back of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Chosen by the caller.
    pub id: RefundId,
    /// Of the request.
    pub request_hash: RequestHash,
    /// The till that gave it back; none where the back office did.
    pub terminal: Option<TerminalId>,
    /// What came back.
    pub returned: Returned,
    /// Its shelf price.
    pub gross_minor: i64,
    /// The shopper's part.
    pub shopper_minor: i64,
    /// Each coupon's part, in the order of the payment.
    pub coupons: Vec<RefundedCoupon>,
    /// When.
    pub at: UnixMillis,
    /// The journal entry that moved the money back.
    pub entry: EntryId,
}

/// One coupon's part in a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundedCoupon {
    /// Back to its campaign.
    pub amount_minor: i64,
    /// What it still takes off the goods that are kept.
    pub discount_left_minor: i64,
    /// What became of it, where with this refund all its units and all its campaign's money have come back.
    pub outcome: Option<CouponOutcome>,
}

/// What becomes of a coupon all of whose units, and all of whose money, came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CouponOutcome {
    /// It is in the wallet again.
    Restored,
    /// It stays used, as its offer says or since its wallet is closed.
    Burned,
    /// Its offer is over or stopped.
    OfferOver,
    /// Its campaign can't pay for it again.
    BudgetShort,
}

impl Payment {
    /// An amount of this payment.
    pub fn money(&self, minor: i64) -> Money {
        Money::new(self.currency, minor)
    }

    /// Whether it still waits for an approval whose time is over.
    pub fn is_overdue(&self, now: UnixMillis) -> bool {
        self.state == PaymentState::PendingApproval && self.approval_expires_at.is_some_and(|end| now >= end)
    }

    /// Given back to the shopper so far.
    pub fn refunded_minor(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.shopper_minor).sum()
    }

    /// Each campaign's part.
    pub fn discounts(&self) -> Vec<(OfferNumber, i64)> {
        self.redemptions.iter().map(|r| (r.offer_number, r.discount_minor())).collect()
    }
}

/// A coupon's part in a payment, its reversal or a refund, for the campaign's own list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedemptionRow {
    /// The coupon.
    pub coupon: CouponId,
    /// The journal entry, which orders the list.
    pub entry: EntryId,
    /// Whether it redeemed, or undid that.
    pub kind: EntryKind,
    /// The payment.
    pub payment: PaymentId,
}

/// A closed batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its name.
    pub id: BatchId,
    /// Chosen by whoever closed it.
    pub close_id: Uuid,
    /// The last entry before it.
    pub after: EntryId,
    /// Its last entry.
    pub through: EntryId,
    /// What it is made of.
    pub turnover: Turnover,
    /// What the provider takes of its net.
    pub fee_rate: FeeRate,
    /// The fee.
    pub fee_minor: i64,
    /// What a shop gets.
    pub payout_minor: i64,
    /// When it was closed.
    pub closed_at: UnixMillis,
    /// When it was paid out.
    pub paid_out_at: Option<UnixMillis>,
}

/// Who holds a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// The provider's operator.
    Operator,
    /// A manufacturer.
    Issuer(IssuerId),
    /// A till.
    Terminal(TerminalId),
    /// A shop's back office.
    Merchant(MerchantId),
}
