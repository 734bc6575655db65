//! The provider's operator.

use std::time::Duration;

use proto::{
    status::Failure,
    v1::{self, operator_service_client::OperatorServiceClient},
};
use tonic::transport::Channel;
use uuid::Uuid;

use super::{Issuer, Office, RawTill, answer, cny, granted, signed};

/// The operator with its key.
#[derive(Debug, Clone)]
pub struct Operator {
    channel: Channel,
    key: String,
}

/// A shop that was enrolled.
#[derive(Debug, Clone)]
pub struct Shop {
    /// Its id, "M1001".
    pub id: String,
    /// Its back office.
    pub office: Office,
    operator: Operator,
}

impl Operator {
    /// The holder of the operator key.
    pub fn new(channel: Channel, key: impl Into<String>) -> Self {
        Self { channel, key: key.into() }
    }

    /// Its key, for other programs that act in its name.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Enrols a shop.
    pub async fn enrol_shop(&self, name: &str) -> Shop {
        self.enrol_shop_with_fee(name, "").await
    }

    /// The same with a fee, as a fraction of its net sales.
    pub async fn enrol_shop_with_fee(&self, name: &str, fee_rate: &str) -> Shop {
        let request = v1::CreateMerchantRequest { name: name.to_owned(), fee_rate: fee_rate.to_owned() };
        let made = granted(self.client().create_merchant(signed(&self.key, request)).await);
        let office = Office::new(self.channel.clone(), made.key);
        Shop { id: made.merchant_id, office, operator: self.clone() }
    }

    /// Enrols a manufacturer.
    pub async fn enrol_issuer(&self, name: &str) -> Issuer {
        let request = v1::CreateIssuerRequest { name: name.to_owned(), fee_rate: String::new() };
        let made = granted(self.client().create_issuer(signed(&self.key, request)).await);
        Issuer::new(self.channel.clone(), made.issuer_id, made.key)
    }

    /// Books money from outside to a wallet or an issuer.
    pub async fn deposit(&self, holder_id: &str, amount_minor: i64) {
        let request = v1::DepositRequest {
            deposit_id: Uuid::now_v7().to_string(),
            holder_id: holder_id.to_owned(),
            amount: Some(cny(amount_minor)),
        };
        granted(self.client().deposit(signed(&self.key, request)).await);
    }

    /// Stops a wallet from paying, or lets it pay again.
    pub async fn freeze(&self, wallet_id: &str, frozen: bool) {
        let request = v1::FreezeWalletRequest { wallet_id: wallet_id.to_owned(), frozen };
        granted(self.client().freeze_wallet(signed(&self.key, request)).await);
    }

    /// The balance of an account of the ledger, in minor units.
    pub async fn balance(&self, account: &str) -> i64 {
        let request = v1::GetBalanceRequest { account: account.to_owned() };
        let got = granted(self.client().get_balance(signed(&self.key, request)).await);
        got.balance.expect("a balance").minor_units
    }

    /// Sends a shop the money of a batch: what went out.
    pub async fn pay_out(&self, batch_id: &str) -> Result<i64, Failure> {
        let request = v1::PayOutRequest {
            payout_id: Uuid::now_v7().to_string(),
            what: Some(v1::pay_out_request::What::BatchId(batch_id.to_owned())),
        };
        let outcome = self.client().pay_out(signed(&self.key, request)).await;
        answer(outcome).map(|done| done.amount.expect("an amount").minor_units)
    }

    /// What an audit of the ledger finds.
    pub async fn audit(&self) -> v1::AuditLedgerResponse {
        granted(self.client().audit_ledger(signed(&self.key, v1::AuditLedgerRequest {})).await)
    }

    /// Waits until the provider answers again after a restart.
    pub async fn wait_for_the_provider(&self) {
        let request = || signed(&self.key, v1::GetBalanceRequest { account: "cash".to_owned() });
        for _ in 0..200 {
            if self.client().get_balance(request()).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the provider does not come back");
    }

    fn client(&self) -> OperatorServiceClient<Channel> {
        OperatorServiceClient::new(self.channel.clone())
    }
}

impl Shop {
    /// A new till of this shop: its key.
    pub async fn till_key(&self, name: &str) -> String {
        self.till_key_at(name, "").await
    }

    /// The same in a branch of it.
    pub async fn till_key_at(&self, name: &str, branch_gln: &str) -> String {
        let Operator { channel: _, key } = &self.operator;
        let request = v1::CreateTerminalRequest {
            branch_gln: branch_gln.to_owned(),
            merchant_id: self.id.clone(),
            name: name.to_owned(),
        };
        granted(self.operator.client().create_terminal(signed(key, request)).await).key
    }

    /// A new till of this shop that sends what it is told to, with no agent in between.
    pub async fn raw_till(&self, name: &str) -> RawTill {
        RawTill::new(self.operator.channel.clone(), self.till_key(name).await)
    }

    /// The name of its account.
    pub fn account(&self) -> String {
        format!("merchant:{}", self.id)
    }
}
