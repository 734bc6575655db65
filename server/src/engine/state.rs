//! What one batch of commands sees and changes: the rows that its commands named, and what they add.

use std::{collections::BTreeMap, sync::Arc};

use shared::{
    gs1::Gln,
    ids::{CouponId, DeviceId, IssuerId, MerchantId, OfferNumber, TerminalId, WalletId},
    ledger::{Account, Entry, EntryError},
    settlement::{BatchId, FeeRate, Party},
    time::UnixMillis,
};
use uuid::Uuid;

use super::{
    numbers::{Numbers, Sequences, Wanted},
    rows::Rows,
};
use crate::{
    config::Rules,
    model::{
        AccountRow, Batch, Campaign, CodeHash, Coupon, CouponKey, Device, Elsewhere, EntryId, Holder, Offer,
        Payment, PaymentId, RedemptionRow, RefundId, RequestHash, Token, TokenId, Wallet,
    },
};

/// The rows that a command needs, by key.
#[derive(Debug, Default)]
pub struct Keys {
    /// Wallets.
    pub wallets: Vec<WalletId>,
    /// Devices by key, with all of their wallet.
    pub public_keys: Vec<[u8; 32]>,
    /// Pairing and recovery codes: with them come the wallet, its devices and its live tokens.
    pub typed_codes: Vec<CodeHash>,
    /// Wallets all of whose devices are needed.
    pub device_holders: Vec<WalletId>,
    /// Wallets that are closed: with them come their clipped coupons, and their payments that wait for approval.
    pub closed_wallets: Vec<WalletId>,
    /// Accounts.
    pub accounts: Vec<Account>,
    /// Tokens.
    pub tokens: Vec<TokenId>,
    /// Wallets whose live tokens are all needed.
    pub token_holders: Vec<WalletId>,
    /// All coupons that a wallet ever had of an offer.
    pub coupons: Vec<(WalletId, OfferNumber)>,
    /// Campaigns.
    pub campaigns: Vec<OfferNumber>,
    /// Payments.
    pub payments: Vec<PaymentId>,
    /// Payments that are to be undone: with them comes all that they moved.
    pub undone: Vec<PaymentId>,
    /// Refunds.
    pub refunds: Vec<RefundId>,
    /// Parties whose newest batch is needed.
    pub parties: Vec<Party>,
    /// Parties whose batch is closed: with them come the accounts that it is made of.
    pub closing: Vec<Party>,
    /// Batches.
    pub batches: Vec<BatchId>,
    /// Batches by the id of their closing.
    pub closes: Vec<Uuid>,
    /// Deposits, fundings and payouts.
    pub requests: Vec<Uuid>,
    /// Accounts whose whole balance counts (all stripes are loaded and locked): of a striped account, name here what is paid out
    /// on the strength of its balance, or shown. Paying in needs [`Keys::accounts`] alone.
    pub whole: Vec<Account>,
    /// Campaigns that are looked at and not changed.
    pub campaigns_seen: Vec<OfferNumber>,
    /// How many new numbers the command may take at most.
    pub numbers: Wanted,
}

/// Gives the next number of a sequence.
pub(super) fn next(numbers: &mut Numbers) -> u32 {
    numbers.take_u32()
}

/// A journal entry in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its number.
    pub id: EntryId,
    /// What it moved.
    pub entry: Entry,
    /// The payment that it belongs to.
    pub payment: Option<PaymentId>,
}

/// A party or offer that is kept in memory too, or the new key of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolment {
    /// A shop.
    Merchant {
        /// Its id.
        id: MerchantId,
        /// Its name.
        name: String,
        /// What the provider takes of its net.
        fee: FeeRate,
    },
    /// A till.
    Terminal {
        /// Its id.
        id: TerminalId,
        /// Its shop.
        merchant: MerchantId,
        /// Its name.
        name: String,
        /// The branch that it stands in.
        branch: Option<Gln>,
    },
    /// A manufacturer.
    Issuer {
        /// Its id.
        id: IssuerId,
        /// Its name.
        name: String,
        /// What the provider takes of what it clears.
        fee: FeeRate,
    },
    /// A key.
    Key {
        /// Whose.
        holder: Holder,
        /// SHA-256 of its secret.
        hash: [u8; 32],
    },
    /// An offer.
    Offer(Arc<Offer>),
    /// A device that may no longer act for its wallet: its sessions are over.
    Revoked(DeviceId),
}

/// What watchers are told once the batch is committed: who should look again, at what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// The wallet that changed.
    pub wallet: Option<WalletId>,
    /// The payment that changed.
    pub payment: Option<PaymentId>,
    /// Coupons of the wallet that changed.
    pub coupons: Vec<CouponId>,
}

/// The rows of one batch, what it adds to the journal, and what is told after it.
pub struct State {
    /// The time of every decision in the batch.
    pub now: UnixMillis,
    /// What payments obey.
    pub rules: Arc<Rules>,
    /// Gives numbers to what is new.
    pub sequences: Sequences,
    /// How far the sweep has looked at payments in this batch; 0 where it has not.
    pub settled_through: EntryId,
    /// Wallets.
    pub wallets: Rows<WalletId, Wallet>,
    /// Devices; all of a wallet's are there, see [`State::devices_of`].
    pub devices: Rows<(WalletId, DeviceId), Device>,
    /// Devices by key.
    pub devices_by_key: Rows<[u8; 32], (WalletId, DeviceId)>,
    /// Wallets by pairing or recovery code, as it was before anything was locked.
    pub wallets_by_code: BTreeMap<CodeHash, WalletId>,
    /// Accounts.
    pub accounts: Rows<Account, AccountRow>,
    /// Tokens.
    pub tokens: Rows<TokenId, Token>,
    /// Coupons; all of a wallet's and offer's are there, see [`State::coupons_of`].
    pub coupons: Rows<CouponKey, Coupon>,
    /// Campaigns.
    pub campaigns: Rows<OfferNumber, Campaign>,
    /// Payments.
    pub payments: Rows<PaymentId, Payment>,
    /// Payments by refund.
    pub refunds: Rows<RefundId, PaymentId>,
    /// Each party's newest batch.
    pub last_batches: BTreeMap<Party, Batch>,
    /// Batches.
    pub batches: Rows<BatchId, Batch>,
    /// Batches by the id of their closing.
    pub closes: BTreeMap<Uuid, BatchId>,
    /// Campaigns of the manufacturers whose batch is closed.
    pub offers_of: BTreeMap<IssuerId, Vec<OfferNumber>>,
    /// Deposits, fundings and payouts: what was asked.
    pub requests: Rows<Uuid, (RequestHash, EntryId)>,
    /// New journal entries.
    pub entries: Vec<JournalEntry>,
    /// New redemptions.
    pub redemptions: Vec<RedemptionRow>,
    /// New parties, keys and offers.
    pub enrolled: Vec<Enrolment>,
    /// Who is told.
    pub changes: Vec<Change>,
}

impl State {
    /// A state without any row.
    pub fn new(now: UnixMillis, rules: Arc<Rules>, sequences: Sequences) -> Self {
        Self {
            now,
            rules,
            sequences,
            settled_through: 0,
            wallets: Rows::default(),
            devices: Rows::default(),
            devices_by_key: Rows::default(),
            wallets_by_code: BTreeMap::new(),
            accounts: Rows::default(),
            tokens: Rows::default(),
            coupons: Rows::default(),
            campaigns: Rows::default(),
            payments: Rows::default(),
            refunds: Rows::default(),
            last_batches: BTreeMap::new(),
            batches: Rows::default(),
            closes: BTreeMap::new(),
            offers_of: BTreeMap::new(),
            requests: Rows::default(),
            entries: Vec::new(),
            redemptions: Vec::new(),
            enrolled: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// A sale or its undoing belongs to the open batches of its shop and of its campaigns.
    fn take_into_batches(&mut self, entry: &Entry) {
        for posting in entry.postings() {
            if let Account::Merchant(_) = posting.account {
                self.accounts.change(&posting.account).open.add(posting.amount_minor);
            }
        }
        for (offer, net_minor) in entry.campaigns().into_iter().filter(|(_, net_minor)| *net_minor != 0) {
            self.accounts.change(&Account::CampaignReserved(offer)).open.add(-net_minor);
        }
    }

    /// Every coupon that the wallet ever had of the offer, oldest first.
    pub fn coupons_of(&self, wallet: WalletId, offer: OfferNumber) -> impl Iterator<Item = &Coupon> {
        self.coupons.range((wallet, offer, 0)..=(wallet, offer, u32::MAX))
    }

    /// Every device that the wallet ever had, oldest first.
    pub fn devices_of(&self, wallet: WalletId) -> impl Iterator<Item = &Device> {
        self.devices.range((wallet, DeviceId(0))..=(wallet, DeviceId(u32::MAX)))
    }

    /// Every coupon of the wallet that the batch has loaded.
    pub fn coupons_loaded(&self, wallet: WalletId) -> impl Iterator<Item = &Coupon> {
        self.coupons.range((wallet, OfferNumber(0), 0)..=(wallet, OfferNumber(u32::MAX), u32::MAX))
    }

    /// An account's balance; an account that does not exist has none. Of a striped account the whole must be loaded.
    pub fn balance(&self, account: Account) -> i64 {
        self.accounts.get(&account).map_or(0, |row| match row.elsewhere {
            Elsewhere::Known { balance_minor, .. } => row.balance_minor + balance_minor,
            Elsewhere::Unknown => panic!("the whole of {account} was not loaded for this batch"),
        })
    }

    /// Coupons of a campaign redeemed and not reversed. The whole of its reserve must be loaded.
    pub fn coupons_redeemed(&self, offer: OfferNumber) -> i64 {
        let reserve = Account::CampaignReserved(offer);
        self.accounts.get(&reserve).map_or(0, |row| match row.elsewhere {
            Elsewhere::Known { coupons_redeemed, .. } => row.coupons_redeemed + coupons_redeemed,
            Elsewhere::Unknown => panic!("the whole of {reserve} was not loaded for this batch"),
        })
    }

    /// Writes an entry into the journal and changes the balances. Whoever calls has checked that the money is there: an
    /// entry that would break the ledger is a mistake here, so nothing of the command takes place.
    pub fn post(&mut self, entry: Result<Entry, EntryError>, payment: Option<PaymentId>) -> EntryId {
        let entry = entry.expect("the amounts of an entry were checked before");
        for posting in entry.postings() {
            let row = self.accounts.change(&posting.account);
            row.balance_minor =
                row.balance_minor.checked_add(posting.amount_minor).expect("a balance fits 64 bits");
            if let Elsewhere::Known { balance_minor, .. } = row.elsewhere {
                let balance_minor = row.balance_minor + balance_minor;
                let allowed = balance_minor >= 0 || posting.account.may_go_below_zero();
                assert!(allowed, "{} would fall to {balance_minor}", posting.account);
            }
        }
        if entry.is_trade() {
            self.take_into_batches(&entry);
        }
        let id = self.sequences.entry.take();
        self.entries.push(JournalEntry { id, entry, payment });
        id
    }
}
