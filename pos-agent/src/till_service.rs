//! `TillService` for the shop's till software: decode, tell the lane, encode, and nothing else.

mod parse;
mod view;

use std::{pin::Pin, sync::Arc};

use futures::{Stream, StreamExt};
use proto::{
    status::Failure,
    v1::{
        CancelCheckoutRequest, CancelCheckoutResponse, ConfirmCheckoutRequest, ConfirmCheckoutResponse, Lane,
        ListLanesRequest, ListLanesResponse, StartCheckoutRequest, StartCheckoutResponse, SubmitScanRequest,
        SubmitScanResponse, WatchCheckoutRequest, WatchCheckoutResponse, till_service_server::TillService,
    },
};
use shared::reason::Reason;
use tokio_stream::wrappers::WatchStream;
use tonic::{Request, Response, Status};

use crate::{
    catalogue::Catalogue,
    lane::{Checkout, Event, State},
    lanes::{Handle, LaneError, Lanes},
};

pub(crate) use view::state_word;

/// The service of one agent.
#[derive(Clone)]
pub struct TillApi {
    lanes: Arc<Lanes>,
    catalogue: Arc<Catalogue>,
}

impl TillApi {
    /// Serves these lanes; names and prices that callers leave out come from the catalogue.
    pub fn new(lanes: Arc<Lanes>, catalogue: Arc<Catalogue>) -> Self {
        Self { lanes, catalogue }
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
        let order = parse::order(&request, &self.catalogue, self.lanes.till().currency())
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
        if matches!(handle.now().state, State::WaitingForScan { .. } | State::Matching { .. }) {
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

    async fn list_lanes(&self, _: Request<ListLanesRequest>) -> Result<Response<ListLanesResponse>, Status> {
        let lane = |(lane_id, open): (String, Option<String>)| Lane {
            lane_id,
            checkout_id: open.unwrap_or_default(),
        };
        let lanes = self.lanes.list().into_iter().map(lane).collect();
        Ok(Response::new(ListLanesResponse { lanes }))
    }
}
