//! Making campaigns, and starting and stopping them.

use std::sync::Arc;

use proto::status::Failure;
use shared::{
    ids::{IssuerId, OfferNumber},
    ledger::{Account, posting_rules},
    offer::Terms,
    reason::Reason,
};

use super::{
    Command,
    coupon::{campaign, touch_campaign},
};
use crate::{
    engine::state::{Enrolment, Keys, State, next},
    model::{AccountRow, Campaign, CampaignState, CampaignView, Offer, Text},
};

/// Makes a campaign with its one offer.
pub struct CreateCampaign {
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
    /// What kind of goods it is for; 0 for not said.
    pub gpc_code: u32,
    /// The promise.
    pub terms: Terms,
    /// Clips allowed for one wallet.
    pub per_wallet_limit: u32,
    /// Coupons that may ever be clipped; 0 where only the budget limits them.
    pub total_circulation: u32,
}

impl Command for CreateCampaign {
    type Output = CampaignView;

    fn touches(&self, keys: &mut Keys) {
        // A batch of the issuer that is being closed meanwhile has all of his campaigns or waits.
        keys.accounts.push(Account::Issuer(self.issuer));
        keys.numbers.offer += 1;
        keys.numbers.revision = true;
    }

    fn decide(&self, state: &mut State) -> Result<CampaignView, Failure> {
        let (theirs, ours) = (self.terms.parts().currency, state.rules.currency);
        if theirs != ours {
            let text = format!("this provider's currency is {ours}, not {theirs}");
            return Err(Failure::new(Reason::CurrencyMismatch, text));
        }
        let number = OfferNumber(next(&mut state.sequences.offer));
        let offer = Arc::new(Offer {
            number,
            issuer: self.issuer,
            issuer_name: self.issuer_name.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            image_url: self.image_url.clone(),
            gpc_code: self.gpc_code,
            per_wallet_limit: self.per_wallet_limit,
            terms: self.terms.clone(),
        });
        let campaign = Campaign {
            offer: Arc::clone(&offer),
            state: CampaignState::Draft,
            total_circulation: self.total_circulation,
            revision: next_revision(state),
            coupons_clipped: 0,
            expired_through: 0,
        };
        state.enrolled.push(Enrolment::Offer(offer));
        state.campaigns.insert(number, campaign);
        for account in [Account::CampaignBudget(number), Account::CampaignReserved(number)] {
            state.accounts.insert(account, AccountRow::default());
        }
        view(state, self.issuer, number)
    }
}

/// Lets shoppers clip an offer, or stops it.
pub struct SetCampaignState {
    /// Who asks.
    pub issuer: IssuerId,
    /// Which.
    pub offer: OfferNumber,
    /// Active or paused.
    pub to: CampaignState,
    /// Whether the money that nobody was promised goes back to the issuer.
    pub return_budget: bool,
}

impl Command for SetCampaignState {
    type Output = CampaignView;

    fn touches(&self, keys: &mut Keys) {
        touch_campaign(self.offer, keys);
        keys.whole.push(Account::CampaignReserved(self.offer));
        keys.numbers.revision = true;
        if self.return_budget {
            keys.accounts.push(Account::Issuer(self.issuer));
            keys.numbers.entry += 1;
        }
    }

    fn decide(&self, state: &mut State) -> Result<CampaignView, Failure> {
        let before = view(state, self.issuer, self.offer)?.campaign.state;
        match (before, self.to) {
            (before, to) if before == to => {}
            (_, CampaignState::Draft) | (CampaignState::Draft, CampaignState::Paused) => {
                return Err(Failure::new(Reason::InvalidTransition, "a draft can only be activated"));
            }
            (_, to) => {
                let revision = next_revision(state);
                let campaign = state.campaigns.change(&self.offer);
                campaign.state = to;
                campaign.revision = revision;
            }
        }
        let available_minor = state.balance(Account::CampaignBudget(self.offer));
        if self.return_budget && available_minor > 0 {
            state.post(posting_rules::defunding(self.issuer, self.offer, available_minor), None);
        }
        view(state, self.issuer, self.offer)
    }
}

/// A campaign of this issuer with its money; another's is as if it did not exist.
pub(super) fn view(state: &State, issuer: IssuerId, offer: OfferNumber) -> Result<CampaignView, Failure> {
    let campaign = campaign(state, offer)?;
    if campaign.offer.issuer != issuer {
        return Err(Failure::new(Reason::OfferNotFound, format!("there is no offer {offer}")));
    }
    Ok(CampaignView {
        campaign: campaign.clone(),
        available_minor: state.balance(Account::CampaignBudget(offer)),
        reserved_minor: state.balance(Account::CampaignReserved(offer)),
        coupons_redeemed: state.coupons_redeemed(offer),
    })
}

/// The next revision; the command has said that it takes one ([`Wanted::revision`](crate::engine::Wanted::revision)).
fn next_revision(state: &mut State) -> u64 {
    state.sequences.revision += 1;
    state.sequences.revision
}
