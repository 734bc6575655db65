//! `TillService` for the shop's till software: decode, tell the lane, encode, and nothing else.

mod books;
mod parse;
mod view;

use std::{pin::Pin, sync::Arc};

use futures::{Stream, StreamExt};
use proto::{
    status::Failure,
    v1::{
        CancelCheckoutRequest, CancelCheckoutResponse, CloseDayRequest, CloseDayResponse,
        ConfirmCheckoutRequest, ConfirmCheckoutResponse, GetReceiptRequest, GetReceiptResponse,
        GetTotalsRequest, GetTotalsResponse, Lane, ListAttentionRequest, ListAttentionResponse,
        ListLanesRequest, ListLanesResponse, RefundSaleRequest, RefundSaleResponse, StartCheckoutRequest,
        StartCheckoutResponse, SubmitScanRequest, SubmitScanResponse, WatchCheckoutRequest,
        WatchCheckoutResponse, WatchScansRequest, WatchScansResponse, till_service_server::TillService,
    },
};
use shared::reason::Reason;
use tokio::sync::watch;
use tokio_stream::wrappers::{BroadcastStream, WatchStream};
use tonic::{Request, Response, Status};

use crate::{
    catalogue::Catalogue,
    lane::{Checkout, Event, State},
    lanes::{Handle, LaneError, Lanes},
    words::Lang,
};

pub(crate) use view::state_word;

/// The service of one agent.
#[derive(Clone)]
pub struct TillApi {
    lanes: Arc<Lanes>,
    catalogue: watch::Receiver<Arc<Catalogue>>,
    lang: Lang,
}

impl TillApi {
    /// Serves these lanes; names and prices that callers leave out come from the catalogue, and receipts are in `lang` where nobody
    /// says otherwise.
    pub fn new(lanes: Arc<Lanes>, catalogue: watch::Receiver<Arc<Catalogue>>, lang: Lang) -> Self {
        Self { lanes, catalogue, lang }
    }

    fn find(&self, checkout_id: &str) -> Result<Handle, Status> {
        self.lanes.find(checkout_id).map_err(refused)
    }
}

fn refused(error: LaneError) -> Status {
    Failure::new(error.reason(), error.to_string()).into()
}

/// An event that the state has no use for is the caller's mistake, and is told.
fn misplaced(message: &str) -> Status {
    Failure::new(Reason::InvalidTransition, message).into()
}

fn view(handle: &Handle, checkout: &Checkout) -> Option<proto::v1::Checkout> {
    Some(view::checkout(handle, checkout))
}

#[tonic::async_trait]
impl TillService for TillApi {
    async fn start_checkout(
        &self,
        request: Request<StartCheckoutRequest>,
    ) -> Result<Response<StartCheckoutResponse>, Status> {
        let request = request.into_inner();
        let catalogue = Arc::clone(&self.catalogue.borrow());
        let order = parse::order(&request, &catalogue, self.lanes.till().currency())
            .map_err(|error| Status::from(Failure::from(error)))?;
        let handle = self.lanes.start(&request.lane_id, &request.checkout_id, order).map_err(refused)?;
        let checkout = view(&handle, &handle.now());
        Ok(Response::new(StartCheckoutResponse { checkout }))
    }

    async fn submit_scan(
        &self,
        request: Request<SubmitScanRequest>,
    ) -> Result<Response<SubmitScanResponse>, Status> {
        let SubmitScanRequest { checkout_id, scan } = request.into_inner();
        let handle = self.find(&checkout_id)?;
        if !matches!(handle.now().state, State::WaitingForScan { .. } | State::Confirming { .. }) {
            return Err(misplaced("this checkout does not wait for a code"));
        }
        let checkout = view(&handle, &handle.tell(Event::Scanned(scan)).await);
        Ok(Response::new(SubmitScanResponse { checkout }))
    }

    async fn confirm_checkout(
        &self,
        request: Request<ConfirmCheckoutRequest>,
    ) -> Result<Response<ConfirmCheckoutResponse>, Status> {
        let handle = self.find(&request.into_inner().checkout_id)?;
        if matches!(
            handle.now().state,
            State::WaitingForScan { .. } | State::Resolving { .. } | State::Matching { .. }
        ) {
            return Err(misplaced("there is no amount to confirm yet"));
        }
        // Confirmed before, by a call whose answer was lost: it stands as it stands.
        let checkout = view(&handle, &handle.tell(Event::Confirmed).await);
        Ok(Response::new(ConfirmCheckoutResponse { checkout }))
    }

    async fn cancel_checkout(
        &self,
        request: Request<CancelCheckoutRequest>,
    ) -> Result<Response<CancelCheckoutResponse>, Status> {
        let handle = self.find(&request.into_inner().checkout_id)?;
        let checkout = view(&handle, &handle.cancel().await);
        Ok(Response::new(CancelCheckoutResponse { checkout }))
    }

    type WatchCheckoutStream = Pin<Box<dyn Stream<Item = Result<WatchCheckoutResponse, Status>> + Send>>;

    async fn watch_checkout(
        &self,
        request: Request<WatchCheckoutRequest>,
    ) -> Result<Response<Self::WatchCheckoutStream>, Status> {
        let handle = self.find(&request.into_inner().checkout_id)?;
        let changes = WatchStream::new(handle.changes());
        let messages =
            changes.map(move |checkout| Ok(WatchCheckoutResponse { checkout: view(&handle, &checkout) }));
        Ok(Response::new(Box::pin(messages)))
    }

    type WatchScansStream = Pin<Box<dyn Stream<Item = Result<WatchScansResponse, Status>> + Send>>;

    async fn watch_scans(
        &self,
        request: Request<WatchScansRequest>,
    ) -> Result<Response<Self::WatchScansStream>, Status> {
        let lane_id = request.into_inner().lane_id;
        self.lanes.has(&lane_id).map_err(refused)?;
        let catalogue = self.catalogue.clone();
        let scans = BroadcastStream::new(self.lanes.scans()).filter_map(move |scan| {
            // A watcher that was too slow goes on with what comes now.
            let own = scan.ok().filter(|(lane, _)| **lane == *lane_id);
            let message = own.map(|(_, text)| Ok(view::scan(&text, &catalogue.borrow())));
            async move { message }
        });
        Ok(Response::new(Box::pin(scans)))
    }

    async fn get_receipt(
        &self,
        request: Request<GetReceiptRequest>,
    ) -> Result<Response<GetReceiptResponse>, Status> {
        Ok(Response::new(books::receipt(&self.lanes, &request.into_inner(), self.lang).await?))
    }

    async fn refund_sale(
        &self,
        request: Request<RefundSaleRequest>,
    ) -> Result<Response<RefundSaleResponse>, Status> {
        Ok(Response::new(books::refund(&self.lanes, &request.into_inner()).await?))
    }

    async fn get_totals(
        &self,
        request: Request<GetTotalsRequest>,
    ) -> Result<Response<GetTotalsResponse>, Status> {
        let GetTotalsRequest { since, until } = request.into_inner();
        let (since, until) = books::day(self.lanes.till(), since, until)?;
        let report = self.lanes.till().totals(since, until).map_err(|error| books::unreadable(&error))?;
        Ok(Response::new(GetTotalsResponse { totals: Some(view::totals(&report)) }))
    }

    async fn close_day(
        &self,
        request: Request<CloseDayRequest>,
    ) -> Result<Response<CloseDayResponse>, Status> {
        let CloseDayRequest { since, until } = request.into_inner();
        let (since, until) = books::day(self.lanes.till(), since, until)?;
        let report = self.lanes.till().close_day(since, until).await.map_err(books::not_closed)?;
        Ok(Response::new(CloseDayResponse {
            totals: Some(view::totals(&report)),
            differences: report.differences.iter().map(view::difference).collect(),
        }))
    }

    async fn list_attention(
        &self,
        _: Request<ListAttentionRequest>,
    ) -> Result<Response<ListAttentionResponse>, Status> {
        let list = self.lanes.till().attention().map_err(|error| books::unreadable(&error))?;
        Ok(Response::new(ListAttentionResponse { items: list.iter().map(view::attention).collect() }))
    }

    async fn list_lanes(&self, _: Request<ListLanesRequest>) -> Result<Response<ListLanesResponse>, Status> {
        let lane = |(lane_id, open): (String, Option<String>)| Lane {
            checkout_id: open.unwrap_or_default(),
            printer_words: self.lanes.printers().problem(&lane_id).map(view::not_printed),
            lane_id,
        };
        let lanes = self.lanes.list().into_iter().map(lane).collect();
        Ok(Response::new(ListLanesResponse { lanes }))
    }
}
