//! Money from outside, and an issuer's money into a campaign: each once for the id that the caller chose.

use proto::status::Failure;
use shared::{
    ids::{IssuerId, OfferNumber},
    ledger::{Account, Entry, EntryError, posting_rules},
    money::Money,
    reason::Reason,
};
use uuid::Uuid;

use super::{Command, campaign::view, coupon::touch_campaign, device::open_wallet};
use crate::{
    engine::state::{Change, Keys, State},
    model::{CampaignView, RequestHash},
};

/// Books money that came in to a wallet or an issuer.
pub struct Deposit {
    /// Chosen by the caller.
    pub request_id: Uuid,
    /// Of the whole request.
    pub request_hash: RequestHash,
    /// A wallet's or an issuer's account.
    pub to: Account,
    /// Above zero.
    pub amount: Money,
}

impl Command for Deposit {
    type Output = Money;

    fn touches(&self, keys: &mut Keys) {
        keys.requests.push(self.request_id);
        keys.accounts.extend([Account::Cash, self.to]);
        keys.numbers.entry += 1;
        if let Account::Wallet(wallet) = self.to {
            keys.wallets.push(wallet);
        }
    }

    fn decide(&self, state: &mut State) -> Result<Money, Failure> {
        check_currency(state, self.amount)?;
        if state.accounts.get(&self.to).is_none() {
            let reason = match self.to {
                Account::Wallet(_) => Reason::WalletNotFound,
                _ => Reason::HolderNotFound,
            };
            return Err(Failure::new(reason, format!("there is no account {}", self.to)));
        }
        if let Account::Wallet(wallet) = self.to
            && state.requests.get(&self.request_id).is_none()
        {
            open_wallet(state, wallet)?;
        }
        let entry = posting_rules::deposit(self.to, self.amount.minor);
        if once(state, self.request_id, self.request_hash, entry)?
            && let Account::Wallet(wallet) = self.to
        {
            state.changes.push(Change { wallet: Some(wallet), ..Change::default() });
        }
        Ok(Money::new(self.amount.currency, state.balance(self.to)))
    }
}

/// Moves an issuer's money into one of its campaigns.
pub struct FundCampaign {
    /// Chosen by the caller.
    pub request_id: Uuid,
    /// Of the whole request.
    pub request_hash: RequestHash,
    /// Who asks.
    pub issuer: IssuerId,
    /// Which campaign.
    pub offer: OfferNumber,
    /// Above zero.
    pub amount: Money,
}

impl Command for FundCampaign {
    type Output = CampaignView;

    fn touches(&self, keys: &mut Keys) {
        keys.requests.push(self.request_id);
        keys.accounts.push(Account::Issuer(self.issuer));
        touch_campaign(self.offer, keys);
        keys.whole.push(Account::CampaignReserved(self.offer));
        keys.numbers.entry += 1;
    }

    fn decide(&self, state: &mut State) -> Result<CampaignView, Failure> {
        check_currency(state, self.amount)?;
        view(state, self.issuer, self.offer)?;
        let seen = state.requests.get(&self.request_id).is_some();
        if !seen && state.balance(Account::Issuer(self.issuer)) < self.amount.minor {
            let text = "the issuer's account holds less than that; deposit first";
            return Err(Failure::new(Reason::InsufficientFunds, text));
        }
        let entry = posting_rules::funding(self.issuer, self.offer, self.amount.minor);
        once(state, self.request_id, self.request_hash, entry)?;
        view(state, self.issuer, self.offer)
    }
}

/// Posts the entry if the id is new; says whether it was. The same id with another request is an error.
pub(super) fn once(
    state: &mut State,
    id: Uuid,
    hash: RequestHash,
    entry: Result<Entry, EntryError>,
) -> Result<bool, Failure> {
    match state.requests.get(&id) {
        Some((seen, _)) if *seen == hash => Ok(false),
        Some(_) => {
            let text = format!("{id} was used for another request; choose a new id");
            Err(Failure::new(Reason::RequestIdReused, text))
        }
        None => {
            let entry_id = state.post(entry, None);
            state.requests.insert(id, (hash, entry_id));
            Ok(true)
        }
    }
}

/// One provider has one currency.
pub(super) fn check_currency(state: &State, amount: Money) -> Result<(), Failure> {
    let ours = state.rules.currency;
    if amount.currency == ours {
        return Ok(());
    }
    let text = format!("this provider's currency is {ours}, not {}", amount.currency);
    Err(Failure::new(Reason::CurrencyMismatch, text))
}
