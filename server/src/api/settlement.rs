//! `SettlementService`.

use proto::{
    convert::{money_to_wire, parsed, time_to_wire},
    v1,
    v1::settlement_service_server::SettlementService,
};
use shared::{
    ledger::EntryKind,
    money::Money,
    reason::Reason,
    settlement::{BatchId, Party},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, metadata::MetadataMap};

use super::{Api, parse, watch::stream};
use crate::{
    engine::decide::settlement::CloseBatch,
    error::Error,
    model::Batch,
    read::{
        batches::{self, ClaimLine, ShopLine},
        page::{Page, next_token},
    },
    store,
};

#[tonic::async_trait]
impl SettlementService for Api {
    async fn close_batch(
        &self,
        request: Request<v1::CloseBatchRequest>,
    ) -> Result<Response<v1::CloseBatchResponse>, Status> {
        let party = self.party(request.metadata(), &request.get_ref().party_id)?;
        let close_id = parse::request_id("close_id", &request.get_ref().close_id).map_err(Error::from)?;
        let missing = || Error::refused(Reason::HolderNotFound, format!("there is no party {party}"));
        let fee_rate = self.0.directory.fee_rate(party).map_err(Error::from)?.ok_or_else(missing)?;
        let batch = self.0.engine.run(CloseBatch { close_id, party, fee_rate }).await?;
        Ok(Response::new(v1::CloseBatchResponse { batch: Some(self.batch_view(&batch)) }))
    }

    async fn get_batch(
        &self,
        request: Request<v1::GetBatchRequest>,
    ) -> Result<Response<v1::GetBatchResponse>, Status> {
        let batch = self.batch(request.metadata(), &request.get_ref().batch_id).await?;
        Ok(Response::new(v1::GetBatchResponse { batch: Some(self.batch_view(&batch)) }))
    }

    async fn list_batches(
        &self,
        request: Request<v1::ListBatchesRequest>,
    ) -> Result<Response<v1::ListBatchesResponse>, Status> {
        let party = self.party(request.metadata(), &request.get_ref().party_id)?;
        let request = request.get_ref();
        let page = Page::of(request.page_size, &request.page_token, 50, 100).map_err(Error::from)?;
        let list = self.0.readers.read(move |conn| batches::list(conn, party, page)).await;
        let (found, next) = list.map_err(Error::from)?;
        Ok(Response::new(v1::ListBatchesResponse {
            batches: found.iter().map(|batch| self.batch_view(batch)).collect(),
            next_page_token: next_token(next),
        }))
    }

    type ListBatchEntriesStream = ReceiverStream<Result<v1::ListBatchEntriesResponse, Status>>;

    async fn list_batch_entries(
        &self,
        request: Request<v1::ListBatchEntriesRequest>,
    ) -> Result<Response<Self::ListBatchEntriesStream>, Status> {
        let batch = self.batch(request.metadata(), &request.get_ref().batch_id).await?;
        let message = |entries, _| Ok(v1::ListBatchEntriesResponse { entries });
        Ok(Response::new(self.pages(batch, message)))
    }

    type DownloadBatchStream = ReceiverStream<Result<v1::DownloadBatchResponse, Status>>;

    async fn download_batch(
        &self,
        request: Request<v1::DownloadBatchRequest>,
    ) -> Result<Response<Self::DownloadBatchStream>, Status> {
        let batch = self.batch(request.metadata(), &request.get_ref().batch_id).await?;
        let message = |entries: Vec<_>, first| {
            let data = csv(&entries, first).map_err(|error| Error::Fault(error.to_string()))?;
            Ok(v1::DownloadBatchResponse { data })
        };
        Ok(Response::new(self.pages(batch, message)))
    }
}

impl Api {
    /// The lines of a batch, page by page, each as the message that `message` makes of it; it is told whether it is the first.
    fn pages<T: Send + 'static>(
        &self,
        batch: Batch,
        message: impl Fn(Vec<v1::BatchEntry>, bool) -> Result<T, Error> + Send + 'static,
    ) -> ReceiverStream<Result<T, Status>> {
        let api = self.clone();
        stream(|sender| async move {
            let (mut after, mut first) = (Some(batch.after), true);
            while let Some(from) = after {
                let entries;
                (entries, after) = api.entries(&batch, from).await?;
                if sender.send(Ok(message(entries, first)?)).await.is_err() {
                    return Ok(());
                }
                first = false;
            }
            Ok(())
        })
    }

    /// The caller itself, or whom the operator names.
    fn party(&self, metadata: &MetadataMap, named: &str) -> Result<Party, Error> {
        let named = if named.is_empty() { None } else { Some(parsed::<Party>("party_id", named)?) };
        match (self.0.party(metadata)?, named) {
            (Some(caller), None) => Ok(caller),
            (Some(caller), Some(named)) if caller == named => Ok(caller),
            (Some(_), Some(_)) => {
                Err(Error::refused(Reason::Forbidden, "only the operator may ask for another party"))
            }
            (None, Some(named)) => Ok(named),
            (None, None) => {
                Err(proto::convert::FieldError::new("party_id", "the operator has to name a party").into())
            }
        }
    }

    /// A batch of the caller; another's is as if it did not exist.
    async fn batch(&self, metadata: &MetadataMap, id: &str) -> Result<Batch, Error> {
        let caller = self.0.party(metadata)?;
        let id: BatchId = parsed("batch_id", id)?;
        let missing = || Error::refused(Reason::BatchNotFound, format!("there is no batch {id}"));
        if caller.is_some_and(|caller| caller != id.party) {
            return Err(missing());
        }
        let found = self.0.readers.read(move |conn| store::batches::batch(conn, id)).await?;
        found.ok_or_else(missing)
    }

    async fn entries(&self, batch: &Batch, after: i64) -> Result<(Vec<v1::BatchEntry>, Option<i64>), Error> {
        let wanted = batch.clone();
        match batch.id.party {
            Party::Merchant(merchant) => {
                let read = move |conn: &mut _| batches::shop_lines(conn, merchant, &wanted, after);
                let found = self.0.readers.read(read).await.map_err(Error::from)?;
                Ok((found.lines.iter().map(shop_entry).collect(), found.more_after))
            }
            Party::Issuer(_) => {
                let read = move |conn: &mut _| batches::claim_lines(conn, &wanted, after);
                let found = self.0.readers.read(read).await.map_err(Error::from)?;
                Ok((found.lines.iter().map(claim_entry).collect(), found.more_after))
            }
        }
    }

    pub(super) fn batch_view(&self, batch: &Batch) -> v1::Batch {
        let money = |minor| Some(self.0.money(minor));
        let state = match batch.paid_out_at {
            Some(_) => v1::BatchState::PaidOut,
            None => v1::BatchState::Closed,
        };
        v1::Batch {
            batch_id: batch.id.to_string(),
            party_id: batch.id.party.to_string(),
            state: state.into(),
            after_entry: batch.after.unsigned_abs(),
            through_entry: batch.through.unsigned_abs(),
            sales_count: batch.turnover.sales,
            sales_amount: money(batch.turnover.sales_minor),
            returns_count: batch.turnover.returns,
            returns_amount: money(batch.turnover.returns_minor),
            net_amount: money(batch.turnover.net_minor()),
            fee_rate: batch.fee_rate.to_string(),
            fee_amount: money(batch.fee_minor),
            payout_amount: money(batch.payout_minor),
            closed_at: Some(time_to_wire(batch.closed_at)),
            paid_out_at: batch.paid_out_at.map(time_to_wire),
        }
    }
}

fn kind(kind: EntryKind) -> i32 {
    match kind {
        EntryKind::Payment => v1::BatchEntryKind::Payment,
        EntryKind::Reversal => v1::BatchEntryKind::Reversal,
        EntryKind::Refund => v1::BatchEntryKind::Refund,
        _ => v1::BatchEntryKind::Unspecified,
    }
    .into()
}

fn shop_entry(line: &ShopLine) -> v1::BatchEntry {
    let money = |minor| Some(money_to_wire(line.payment.money(minor)));
    v1::BatchEntry {
        entry_id: line.entry.unsigned_abs(),
        kind: kind(line.kind),
        at: Some(time_to_wire(line.at)),
        payment_id: line.payment.id.to_string(),
        refund_id: line.refund().map(|refund| refund.id.to_string()).unwrap_or_default(),
        terminal_id: line.payment.terminal.to_string(),
        merchant_reference: line.payment.reference.clone(),
        amount: money(line.shopper_minor + line.campaigns_minor),
        shopper_amount: money(line.shopper_minor),
        campaign_amount: money(line.campaigns_minor),
        ..v1::BatchEntry::default()
    }
}

fn claim_entry(line: &ClaimLine) -> v1::BatchEntry {
    let money = |minor| Some(money_to_wire(Money::new(line.payment.currency, minor)));
    let redeemed = line.payment.redemptions.iter().find(|r| r.offer_number == line.coupon.offer);
    let item = redeemed.and_then(|redemption| redemption.lines.get(line.line)).map(|redeemed| redeemed.line);
    v1::BatchEntry {
        entry_id: line.entry.unsigned_abs(),
        kind: kind(line.kind),
        at: Some(time_to_wire(line.at)),
        payment_id: line.payment.id.to_string(),
        refund_id: line.refund().map(|refund| refund.id.to_string()).unwrap_or_default(),
        amount: money(line.amount_minor),
        merchant_id: line.payment.merchant.to_string(),
        offer_number: line.coupon.offer.0,
        coupon_id: line.coupon.to_string(),
        gtin: item.map(|item| item.gtin.to_string()).unwrap_or_default(),
        units: item.map(|item| item.units).unwrap_or_default(),
        unit_price: item.and_then(|item| money(item.unit_price_minor)),
        ..v1::BatchEntry::default()
    }
}

/// Lines as CSV, amounts in minor units; with the headings where `head` is set.
fn csv(entries: &[v1::BatchEntry], head: bool) -> Result<Vec<u8>, csv::Error> {
    let mut file = csv::Writer::from_writer(Vec::new());
    if head {
        file.write_record([
            "entry_id",
            "kind",
            "at",
            "payment_id",
            "refund_id",
            "terminal_id",
            "merchant_reference",
            "currency",
            "amount_minor",
            "shopper_minor",
            "campaign_minor",
            "merchant_id",
            "offer_number",
            "coupon_id",
            "gtin",
            "units",
            "unit_price_minor",
        ])?;
    }
    let minor =
        |money: &Option<v1::Money>| money.as_ref().map(|m| m.minor_units.to_string()).unwrap_or_default();
    let number = |n: u32| if n == 0 { String::new() } else { n.to_string() };
    for entry in entries {
        let kind = match entry.kind() {
            v1::BatchEntryKind::Payment => "payment",
            v1::BatchEntryKind::Reversal => "reversal",
            v1::BatchEntryKind::Refund => "refund",
            v1::BatchEntryKind::Unspecified => "",
        };
        file.write_record([
            entry.entry_id.to_string(),
            kind.to_owned(),
            entry.at.as_ref().map(ToString::to_string).unwrap_or_default(),
            entry.payment_id.clone(),
            entry.refund_id.clone(),
            entry.terminal_id.clone(),
            entry.merchant_reference.clone(),
            entry.amount.as_ref().map(|m| m.currency_code.clone()).unwrap_or_default(),
            minor(&entry.amount),
            minor(&entry.shopper_amount),
            minor(&entry.campaign_amount),
            entry.merchant_id.clone(),
            number(entry.offer_number),
            entry.coupon_id.clone(),
            entry.gtin.clone(),
            number(entry.units),
            minor(&entry.unit_price),
        ])?;
    }
    file.into_inner().map_err(|error| error.into_error().into())
}
