//! Closing batches and sending money out.

use proto::status::Failure;
use shared::{
    ids::{IssuerId, WalletId},
    ledger::{Account, posting_rules},
    money::Money,
    reason::Reason,
    settlement::{BatchId, FeeRate, Party, Turnover},
};
use uuid::Uuid;

use super::{
    Command,
    transfer::{check_currency, once},
};
use crate::{
    engine::state::{Keys, State},
    model::{Batch, RequestHash, WalletState},
};

/// Closes a party's batch: all since the last one. Once for each id.
pub struct CloseBatch {
    /// Chosen by the caller.
    pub close_id: Uuid,
    /// Whose.
    pub party: Party,
    /// What the provider takes of the net.
    pub fee_rate: FeeRate,
}

impl Command for CloseBatch {
    type Output = Batch;

    fn touches(&self, keys: &mut Keys) {
        keys.closes.push(self.close_id);
        keys.closing.push(self.party);
        keys.numbers.entry += 1;
    }

    fn decide(&self, state: &mut State) -> Result<Batch, Failure> {
        if let Some(id) = state.closes.get(&self.close_id) {
            let batch = state.batches.get(id).expect("a closing has its batch");
            return if id.party == self.party {
                Ok(batch.clone())
            } else {
                let text = "this close id was used for another party; choose a new id";
                Err(Failure::new(Reason::RequestIdReused, text))
            };
        }
        let turnover = self.turnover(state);
        let mut fee_minor = self.fee_rate.fee_minor(turnover.net_minor());
        let from = self.party.account();
        let held_minor = state.balance(from);
        match self.party {
            // What a shop's refunds of earlier batches have eaten up can't be taken.
            Party::Merchant(_) => fee_minor = fee_minor.min(held_minor),
            Party::Issuer(_) if held_minor < fee_minor => {
                let text = "the issuer's account holds less than the fee; deposit first";
                return Err(Failure::new(Reason::InsufficientFunds, text));
            }
            Party::Issuer(_) => {}
        }
        let (number, after) =
            state.last_batches.get(&self.party).map_or((1, 0), |b| (b.id.number + 1, b.through));
        let through = state.sequences.entry.before();
        for account in self.made_of(state) {
            state.accounts.change(&account).close();
        }
        if fee_minor > 0 {
            state.post(posting_rules::fee(from, fee_minor), None);
        }
        let payout_minor = match self.party {
            Party::Merchant(_) => (turnover.net_minor() - fee_minor).max(0),
            Party::Issuer(_) => 0,
        };
        let batch = Batch {
            id: BatchId { party: self.party, number },
            close_id: self.close_id,
            after,
            through,
            turnover,
            fee_rate: self.fee_rate,
            fee_minor,
            payout_minor,
            closed_at: state.now,
            paid_out_at: None,
        };
        state.batches.insert(batch.id, batch.clone());
        state.closes.insert(self.close_id, batch.id);
        state.last_batches.insert(self.party, batch.clone());
        Ok(batch)
    }
}

impl CloseBatch {
    /// The accounts whose turnover it is made of.
    fn made_of(&self, state: &State) -> Vec<Account> {
        match self.party {
            Party::Merchant(id) => vec![Account::Merchant(id)],
            Party::Issuer(id) => state
                .offers_of
                .get(&id)
                .into_iter()
                .flatten()
                .map(|offer| Account::CampaignReserved(*offer))
                .collect(),
        }
    }

    fn turnover(&self, state: &State) -> Turnover {
        let mut sum = Turnover::default();
        for account in self.made_of(state) {
            if let Some(row) = state.accounts.get(&account) {
                sum.join(&row.open_everywhere());
            }
        }
        sum
    }
}

/// What is sent out.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// A shop's closed batch.
    Batch(BatchId),
    /// A manufacturer's own money.
    Issuer(IssuerId, Money),
    /// What is left in a closed wallet, or part of it.
    Wallet(WalletId, Money),
}

/// Sends money out, once for each id.
pub struct PayOut {
    /// Chosen by the caller.
    pub request_id: Uuid,
    /// Of the whole request.
    pub request_hash: RequestHash,
    /// What.
    pub what: What,
}

impl PayOut {
    fn from(&self) -> Account {
        match self.what {
            What::Batch(id) => id.party.account(),
            What::Issuer(id, _) => Account::Issuer(id),
            What::Wallet(id, _) => Account::Wallet(id),
        }
    }
}

impl Command for PayOut {
    type Output = (Money, Option<Batch>);

    fn touches(&self, keys: &mut Keys) {
        keys.requests.push(self.request_id);
        keys.accounts.push(Account::Cash);
        keys.whole.push(self.from());
        keys.numbers.entry += 1;
        match self.what {
            What::Batch(id) => keys.batches.push(id),
            What::Wallet(id, _) => keys.wallets.push(id),
            What::Issuer(..) => {}
        }
    }

    fn decide(&self, state: &mut State) -> Result<Self::Output, Failure> {
        let batch = match self.what {
            What::Batch(id) => {
                let missing = || Failure::new(Reason::BatchNotFound, format!("there is no batch {id}"));
                let batch = state.batches.get(&id).cloned();
                Some(batch.filter(|batch| matches!(batch.id.party, Party::Merchant(_))).ok_or_else(missing)?)
            }
            What::Issuer(..) | What::Wallet(..) => None,
        };
        let amount = match (self.what, &batch) {
            (What::Issuer(_, amount) | What::Wallet(_, amount), _) => amount,
            (What::Batch(_), batch) => {
                Money::new(state.rules.currency, batch.as_ref().map_or(0, |batch| batch.payout_minor))
            }
        };
        check_currency(state, amount)?;
        let from = self.from();
        let seen = state.requests.get(&self.request_id).is_some();
        if !seen {
            self.check(state, batch.as_ref(), from, amount)?;
        }
        let new =
            once(state, self.request_id, self.request_hash, posting_rules::pay_out(from, amount.minor))?;
        match batch {
            Some(batch) if new => {
                let now = state.now;
                let row = state.batches.change(&batch.id);
                row.paid_out_at = Some(now);
                Ok((amount, Some(row.clone())))
            }
            batch => Ok((amount, batch)),
        }
    }
}

impl PayOut {
    fn check(
        &self,
        state: &State,
        batch: Option<&Batch>,
        from: Account,
        amount: Money,
    ) -> Result<(), Failure> {
        if state.accounts.get(&from).is_none() {
            return Err(Failure::new(Reason::HolderNotFound, format!("there is no account {from}")));
        }
        if let What::Wallet(id, _) = self.what
            && state.wallets.get(&id).is_some_and(|wallet| wallet.state != WalletState::Closed)
        {
            let text = "only what is left in a closed wallet is paid out; the shopper closes it first";
            return Err(Failure::new(Reason::InvalidTransition, text));
        }
        if batch.is_some_and(|batch| batch.paid_out_at.is_some()) {
            return Err(Failure::new(Reason::InvalidTransition, "this batch was paid out before"));
        }
        if state.balance(from) >= amount.minor {
            return Ok(());
        }
        Err(match batch {
            Some(_) => Failure::new(
                Reason::MerchantBalanceTooLow,
                "refunds since then have left less than that on the shop's account; pay out with a later batch",
            ),
            None => Failure::new(Reason::InsufficientFunds, format!("{from} holds less than that")),
        })
    }
}
