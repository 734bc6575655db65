//! `OperatorService`.

use std::sync::Arc;

use proto::{
    convert::{FieldError, parsed},
    v1::{self, operator_service_server::OperatorService, pay_out_request},
};
use shared::{
    ids::{IssuerId, WalletId},
    ledger::Account,
    money::Money,
    reason::Reason,
};
use tonic::{Request, Response, Status};

use super::{Api, parse};
use crate::{
    auth::NewKey,
    engine::decide::{
        enrol::{CreateIssuer, CreateMerchant, CreateTerminal, RotateKey},
        settlement::{PayOut, What},
        transfer::Deposit,
        wallet::FreezeWallet,
    },
    error::Error,
    model::Holder,
    read,
    store::codes::holder_of,
};

#[tonic::async_trait]
impl OperatorService for Api {
    async fn create_merchant(
        &self,
        request: Request<v1::CreateMerchantRequest>,
    ) -> Result<Response<v1::CreateMerchantResponse>, Status> {
        self.0.operator(request.metadata())?;
        let name = parse::name(&request.get_ref().name).map_err(Error::from)?;
        let fee = parse::fee_rate(&request.get_ref().fee_rate).map_err(Error::from)?;
        let key = self.new_key();
        let id = self.0.engine.run(CreateMerchant { name, fee, key_hash: key.hash }).await?;
        let key = key.text(Holder::Merchant(id));
        Ok(Response::new(v1::CreateMerchantResponse { merchant_id: id.to_string(), key }))
    }

    async fn create_terminal(
        &self,
        request: Request<v1::CreateTerminalRequest>,
    ) -> Result<Response<v1::CreateTerminalResponse>, Status> {
        self.0.operator(request.metadata())?;
        let request = request.get_ref();
        let merchant = parse::merchant_id(&request.merchant_id).map_err(Error::from)?;
        let name = parse::name(&request.name).map_err(Error::from)?;
        let branch = parse::branch_gln(&request.branch_gln).map_err(Error::from)?;
        if self.0.directory.merchant_name(merchant).map_err(Error::from)?.is_none() {
            return Err(
                Error::refused(Reason::MerchantNotFound, format!("there is no shop {merchant}")).into()
            );
        }
        let key = self.new_key();
        let id = self.0.engine.run(CreateTerminal { merchant, name, branch, key_hash: key.hash }).await?;
        let key = key.text(Holder::Terminal(id));
        Ok(Response::new(v1::CreateTerminalResponse {
            terminal_id: id.to_string(),
            key,
            provider_public_key: self.0.secrets.public_key().to_vec(),
        }))
    }

    async fn create_issuer(
        &self,
        request: Request<v1::CreateIssuerRequest>,
    ) -> Result<Response<v1::CreateIssuerResponse>, Status> {
        self.0.operator(request.metadata())?;
        let name = parse::name(&request.get_ref().name).map_err(Error::from)?;
        let fee = parse::fee_rate(&request.get_ref().fee_rate).map_err(Error::from)?;
        let key = self.new_key();
        let id = self.0.engine.run(CreateIssuer { name, fee, key_hash: key.hash }).await?;
        let key = key.text(Holder::Issuer(id));
        Ok(Response::new(v1::CreateIssuerResponse { issuer_id: id.to_string(), key }))
    }

    async fn rotate_key(
        &self,
        request: Request<v1::RotateKeyRequest>,
    ) -> Result<Response<v1::RotateKeyResponse>, Status> {
        self.0.operator(request.metadata())?;
        let holder_id = &request.get_ref().holder_id;
        let missing = || Error::refused(Reason::HolderNotFound, format!("{holder_id:?} holds no key"));
        let holder = holder_of(holder_id).ok_or_else(missing)?;
        self.0.directory.key_hash(holder).map_err(Error::from)?.ok_or_else(missing)?;
        let key = self.new_key();
        self.0.engine.run(RotateKey { holder, key_hash: key.hash }).await?;
        Ok(Response::new(v1::RotateKeyResponse { key: key.text(holder) }))
    }

    async fn deposit(
        &self,
        request: Request<v1::DepositRequest>,
    ) -> Result<Response<v1::DepositResponse>, Status> {
        self.0.operator(request.metadata())?;
        let command = deposit(request.get_ref()).map_err(Error::from)?;
        let balance = self.0.engine.run(command).await?;
        Ok(Response::new(v1::DepositResponse { balance: Some(self.0.money(balance.minor)) }))
    }

    async fn freeze_wallet(
        &self,
        request: Request<v1::FreezeWalletRequest>,
    ) -> Result<Response<v1::FreezeWalletResponse>, Status> {
        self.0.operator(request.metadata())?;
        let request = request.get_ref();
        let wallet: WalletId = parsed("wallet_id", &request.wallet_id).map_err(Error::from)?;
        let view = self.0.engine.run(FreezeWallet { wallet, frozen: request.frozen }).await?;
        Ok(Response::new(v1::FreezeWalletResponse { wallet: Some(self.0.wallet_view(&view)) }))
    }

    async fn get_balance(
        &self,
        request: Request<v1::GetBalanceRequest>,
    ) -> Result<Response<v1::GetBalanceResponse>, Status> {
        self.0.operator(request.metadata())?;
        let account: Account = parsed("account", &request.get_ref().account).map_err(Error::from)?;
        let balance = self.0.readers.read(move |conn| read::balances::balance(conn, account)).await;
        let missing = || Error::refused(Reason::HolderNotFound, format!("there is no account {account}"));
        let balance = balance.map_err(Error::from)?.ok_or_else(missing)?;
        Ok(Response::new(v1::GetBalanceResponse { balance: Some(self.0.money(balance)) }))
    }

    async fn pay_out(
        &self,
        request: Request<v1::PayOutRequest>,
    ) -> Result<Response<v1::PayOutResponse>, Status> {
        self.0.operator(request.metadata())?;
        let request = request.get_ref();
        let command = PayOut {
            request_id: parse::request_id("payout_id", &request.payout_id).map_err(Error::from)?,
            request_hash: parse::request_hash("payout", request),
            what: what(request).map_err(Error::from)?,
        };
        let (amount, batch) = self.0.engine.run(command).await?;
        Ok(Response::new(v1::PayOutResponse {
            amount: Some(self.0.money(amount.minor)),
            batch: batch.map(|batch| self.batch_view(&batch)),
        }))
    }

    async fn audit_ledger(
        &self,
        request: Request<v1::AuditLedgerRequest>,
    ) -> Result<Response<v1::AuditLedgerResponse>, Status> {
        self.0.operator(request.metadata())?;
        let directory = Arc::clone(&self.0.directory);
        let audit = self.0.readers.read(move |conn| read::audit::audit(conn, &directory)).await;
        let audit = audit.map_err(Error::from)?;
        let finding = |finding: &read::audit::Finding| v1::LedgerFinding {
            invariant: finding.invariant.to_owned(),
            entry_id: finding.entry.unwrap_or_default().unsigned_abs(),
            subject: finding.subject.clone(),
            detail: finding.detail.clone(),
        };
        Ok(Response::new(v1::AuditLedgerResponse {
            clean: audit.findings.is_empty(),
            entries_checked: audit.entries,
            accounts_checked: audit.accounts,
            payments_checked: audit.payments,
            coupons_checked: audit.coupons,
            findings: audit.findings.iter().map(finding).collect(),
        }))
    }
}

fn what(request: &v1::PayOutRequest) -> Result<What, FieldError> {
    match &request.what {
        Some(pay_out_request::What::BatchId(id)) => Ok(What::Batch(parsed("batch_id", id)?)),
        Some(pay_out_request::What::Issuer(issuer)) => {
            let id = parsed("issuer.issuer_id", &issuer.issuer_id)?;
            Ok(What::Issuer(id, parse::amount(issuer.amount.as_ref())?))
        }
        Some(pay_out_request::What::Wallet(wallet)) => {
            let id = parsed("wallet.wallet_id", &wallet.wallet_id)?;
            Ok(What::Wallet(id, parse::amount(wallet.amount.as_ref())?))
        }
        None => Err(FieldError::new("what", "name a batch, an issuer or a wallet")),
    }
}

impl Api {
    fn new_key(&self) -> NewKey {
        NewKey::of(self.0.outside.random_bytes())
    }
}

fn deposit(request: &v1::DepositRequest) -> Result<Deposit, FieldError> {
    let wallet = request.holder_id.parse::<WalletId>().map(Account::Wallet);
    let to = wallet.or_else(|_| request.holder_id.parse::<IssuerId>().map(Account::Issuer));
    let to = to.map_err(|_| FieldError::new("holder_id", "must be a wallet id or an issuer id"))?;
    let amount: Money = parse::amount(request.amount.as_ref())?;
    Ok(Deposit {
        request_id: parse::request_id("deposit_id", &request.deposit_id)?,
        request_hash: parse::request_hash("deposit", request),
        to,
        amount,
    })
}
