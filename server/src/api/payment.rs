//! `PaymentService`. Its answers never contain anything of the shopper.

use proto::{
    convert::{FieldError, money_from_wire, redemption_from_wire},
    v1,
    v1::payment_service_server::PaymentService,
};
use shared::{payment::Redemption, reason::Reason};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{Api, parse, view, watch};
use crate::{
    auth::Till,
    config::{REDEMPTIONS_MAX, REFERENCE_CHARS_MAX},
    engine::decide::{payment::CreatePayment, reversal::ReversePayment},
    error::Error,
    model::{Payment, PaymentId},
    read::{
        self,
        page::{Page, next_token},
    },
};

#[tonic::async_trait]
impl PaymentService for Api {
    async fn create_payment(
        &self,
        request: Request<v1::CreatePaymentRequest>,
    ) -> Result<Response<v1::CreatePaymentResponse>, Status> {
        let till = self.0.till(request.metadata())?;
        let payment = self.pay(till, request.into_inner()).await?;
        Ok(Response::new(v1::CreatePaymentResponse { payment: Some(self.0.payment_view(&payment)) }))
    }

    async fn get_payment(
        &self,
        request: Request<v1::GetPaymentRequest>,
    ) -> Result<Response<v1::GetPaymentResponse>, Status> {
        let till = self.0.till(request.metadata())?;
        let id = parse::payment_id(&request.get_ref().payment_id).map_err(Error::from)?;
        let payment = self.payment_of(till, id).await?.ok_or_else(not_found)?;
        Ok(Response::new(v1::GetPaymentResponse { payment: Some(self.0.payment_view(&payment)) }))
    }

    type WatchPaymentStream = ReceiverStream<Result<v1::WatchPaymentResponse, Status>>;

    async fn watch_payment(
        &self,
        request: Request<v1::WatchPaymentRequest>,
    ) -> Result<Response<Self::WatchPaymentStream>, Status> {
        let till = self.0.till(request.metadata())?;
        let id = parse::payment_id(&request.get_ref().payment_id).map_err(Error::from)?;
        Ok(Response::new(watch::payment(self.clone(), till, id)))
    }

    async fn reverse_payment(
        &self,
        request: Request<v1::ReversePaymentRequest>,
    ) -> Result<Response<v1::ReversePaymentResponse>, Status> {
        let Till { terminal, merchant } = self.0.till(request.metadata())?;
        let id = parse::payment_id(&request.get_ref().payment_id).map_err(Error::from)?;
        let payment = self.0.engine.run(ReversePayment { id, merchant, terminal }).await?;
        Ok(Response::new(v1::ReversePaymentResponse { payment: Some(self.0.payment_view(&payment)) }))
    }

    async fn list_offers(
        &self,
        request: Request<v1::PaymentServiceListOffersRequest>,
    ) -> Result<Response<v1::PaymentServiceListOffersResponse>, Status> {
        let till = self.0.till(request.metadata())?;
        let request = request.get_ref();
        let mut page = Page::of(request.page_size, &request.page_token, 200, 500).map_err(Error::from)?;
        let since = i64::try_from(request.since_revision).unwrap_or(i64::MAX);
        page.after = Some(page.after.unwrap_or(since));
        let now = self.0.outside.clock.now();
        let (changes, revision, more) = self
            .0
            .readers
            .read(move |conn| read::offers::changes(conn, page, now))
            .await
            .map_err(Error::from)?;
        let honoured = changes.iter().filter_map(|change| {
            let offer = self.0.directory.offer(change.number)?;
            let stores = &offer.terms.parts().stores;
            let here = stores.is_empty() || stores.contains(&till.merchant);
            here.then(|| view::offer(&offer, change.clippable))
        });
        Ok(Response::new(v1::PaymentServiceListOffersResponse {
            offers: honoured.collect(),
            revision: u64::try_from(revision).unwrap_or_default(),
            next_page_token: next_token(more.then_some(revision)),
        }))
    }
}

impl Api {
    async fn pay(&self, till: Till, request: v1::CreatePaymentRequest) -> Result<Payment, Error> {
        let id = parse::payment_id(&request.payment_id)?;
        if request.merchant_reference.chars().count() > REFERENCE_CHARS_MAX {
            let problem = format!("must have at most {REFERENCE_CHARS_MAX} characters");
            return Err(FieldError::new("merchant_reference", problem).into());
        }
        let gross = money_from_wire("gross_amount", request.gross_amount.as_ref())?;
        let due = money_from_wire("amount_due", request.amount_due.as_ref())?;
        let redemptions = redemptions(&request, gross.currency)?;
        let request_hash = parse::request_hash(&till.merchant.to_string(), &request);
        let scan = self.0.scan(&request.code).await?;
        let command = CreatePayment {
            id,
            request_hash,
            merchant: till.merchant,
            terminal: till.terminal,
            scan,
            gross,
            due,
            redemptions,
            reference: request.merchant_reference,
        };
        self.0.engine.run(command).await
    }

    /// A payment of the till's shop; another shop's is an error as if it did not exist.
    pub(super) async fn payment_of(&self, till: Till, id: PaymentId) -> Result<Option<Payment>, Error> {
        match self.0.readers.read(move |conn| read::payments::payment(conn, id)).await? {
            Some(payment) if payment.merchant != till.merchant => Err(not_found()),
            found => Ok(found),
        }
    }
}

fn redemptions(
    request: &v1::CreatePaymentRequest,
    currency: shared::money::Currency,
) -> Result<Vec<Redemption>, FieldError> {
    if request.redemptions.len() > REDEMPTIONS_MAX {
        return Err(FieldError::new("redemptions", format!("at most {REDEMPTIONS_MAX} are allowed")));
    }
    let mut parsed: Vec<Redemption> = Vec::with_capacity(request.redemptions.len());
    for (i, wire) in request.redemptions.iter().enumerate() {
        let field = format!("redemptions[{i}]");
        let redemption = redemption_from_wire(wire, currency).map_err(|error| error.within(&field))?;
        if parsed.iter().any(|earlier| earlier.offer_number == redemption.offer_number) {
            return Err(FieldError::new(format!("{field}.offer_number"), "is there twice"));
        }
        parsed.push(redemption);
    }
    Ok(parsed)
}

fn not_found() -> Error {
    Error::refused(Reason::PaymentNotFound, "this shop has no such payment")
}
