//! What everybody owns at one moment, so that a story can say: as before.

use std::collections::{BTreeMap, BTreeSet};

use proto::v1::{self, CouponState};

use crate::actors::{Issuer, Operator, Shopper, claim_of};

/// Accounts and offers that came up in a story.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Names of the ledger's accounts, but for those of the campaigns and of the provider itself.
    pub accounts: Vec<String>,
    /// Offers of the manufacturer.
    pub offers: Vec<u32>,
}

/// Balances, campaigns and coupons at one moment. Two that are equal mean that nothing has moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Books {
    balances: BTreeMap<String, i64>,
    campaigns: Vec<v1::Campaign>,
    coupons: Vec<v1::Coupon>,
    /// What was redeemed of each offer, line by line, reversals not counted.
    redeemed: BTreeMap<u32, Vec<v1::Redemption>>,
}

impl Books {
    pub(crate) async fn read(
        operator: &Operator,
        issuer: &Issuer,
        known: &Known,
        phones: &[&Shopper],
    ) -> Self {
        let audit = operator.audit().await;
        assert!(audit.clean, "the ledger is not in order: {:#?}", audit.findings);
        let of_campaign =
            |offer: &u32| [format!("campaign_budget:{offer}"), format!("campaign_reserved:{offer}")];
        let own = ["cash".to_owned(), "provider_fees".to_owned()];
        let names =
            known.accounts.iter().cloned().chain(known.offers.iter().flat_map(of_campaign)).chain(own);
        let mut balances = BTreeMap::new();
        for name in names {
            let balance = operator.balance(&name).await;
            balances.insert(name, balance);
        }
        let (mut campaigns, mut redeemed) = (Vec::new(), BTreeMap::new());
        for offer in &known.offers {
            campaigns.push(issuer.campaign(*offer).await);
            let standing = issuer.redemptions(*offer).await.into_iter().filter(|r| !r.reversed).collect();
            redeemed.insert(*offer, standing);
        }
        let mut coupons = Vec::new();
        for phone in phones {
            coupons.extend(phone.coupons().await);
        }
        Self { balances, campaigns, coupons, redeemed }
    }

    /// The balance of an account that came up, in minor units.
    pub fn balance(&self, account: &str) -> i64 {
        *self.balances.get(account).unwrap_or_else(|| panic!("no account {account} came up in this story"))
    }

    /// What is held for an offer's coupons.
    pub fn reserved(&self, offer: u32) -> i64 {
        self.balance(&format!("campaign_reserved:{offer}"))
    }

    /// What is left of an offer's budget.
    pub fn budget(&self, offer: u32) -> i64 {
        self.balance(&format!("campaign_budget:{offer}"))
    }

    /// The ledger's own rules: the sum of all accounts is zero, only cash is below zero, what a campaign's report says is
    /// what its accounts hold, and what is held covers every coupon that can still be redeemed.
    pub fn assert_sound(&self) {
        assert_eq!(self.balances.values().sum::<i64>(), 0, "money came from nowhere: {self:#?}");
        for (account, balance) in &self.balances {
            assert!(*balance >= 0 || account == "cash", "{account} is below zero: {balance}");
        }
        for campaign in &self.campaigns {
            let minor = |money: &Option<v1::Money>| money.as_ref().map(|m| m.minor_units);
            let offer = campaign.offer.as_ref().expect("an offer").offer_number;
            assert_eq!(minor(&campaign.budget_available), Some(self.budget(offer)), "budget of {offer}");
            assert_eq!(minor(&campaign.budget_reserved), Some(self.reserved(offer)), "held for {offer}");
            let coupon =
                |redemption: &v1::Redemption| (redemption.coupon_id.clone(), redemption.payment_id.clone());
            let redeemed: BTreeSet<_> = self.redeemed[&offer].iter().map(coupon).collect();
            assert_eq!(campaign.coupons_redeemed, redeemed.len() as u64, "redeemed of {offer}");
            let live = self.coupons.iter().filter(|c| c.state() == CouponState::Clipped);
            let promised: u64 = live
                .filter_map(|coupon| coupon.offer.as_ref())
                .filter(|of| of.offer_number == offer)
                .map(claim_of)
                .map(|claim| claim.discount_minor * u64::from(claim.units.max(1)))
                .sum();
            assert!(self.reserved(offer) >= promised.cast_signed(), "coupons of {offer} are not covered");
        }
    }
}
