//! `PaymentService`. Its answers never contain anything of the shopper.

use prost::Message;
use proto::{
    convert::{FieldError, money_from_wire, redemption_from_wire, time_to_wire},
    v1,
    v1::payment_service_server::PaymentService,
};
use shared::{
    ids::{MerchantId, OfferNumber, TerminalId},
    money::{Currency, Money},
    offer::{Store, offer_signing_input, offers_signing_input},
    payment::Redemption,
    reason::Reason,
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{Api, parse, view, watch};
use crate::{
    auth::Till,
    config::{REDEMPTIONS_MAX, REFERENCE_CHARS_MAX, RETURNED_LINES_MAX},
    engine::decide::{
        payment::CreatePayment,
        refund::{Goods, RefundPayment},
        reversal::ReversePayment,
    },
    error::Error,
    model::{Payment, PaymentId, Refund},
    read::{
        self,
        page::{Page, next_token},
    },
    store::refunds,
};

#[tonic::async_trait]
impl PaymentService for Api {
    async fn create_payment(
        &self,
        request: Request<v1::CreatePaymentRequest>,
    ) -> Result<Response<v1::CreatePaymentResponse>, Status> {
        let till = self.0.till(request.metadata())?;
        let _place = self.0.door.enter()?;
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
        let Till { terminal, merchant, .. } = self.0.till(request.metadata())?;
        let id = parse::payment_id(&request.get_ref().payment_id).map_err(Error::from)?;
        let payment = self.0.engine.run(ReversePayment { id, merchant, terminal }).await?;
        Ok(Response::new(v1::ReversePaymentResponse { payment: Some(self.0.payment_view(&payment)) }))
    }

    async fn refund_payment(
        &self,
        request: Request<v1::RefundPaymentRequest>,
    ) -> Result<Response<v1::RefundPaymentResponse>, Status> {
        let (merchant, terminal) = self.0.shop(request.metadata())?;
        let (payment, refund) = self.refund(merchant, terminal, request.into_inner()).await?;
        Ok(Response::new(v1::RefundPaymentResponse {
            refund: Some(refunds::to_wire(&payment, &refund)),
            payment: Some(self.0.payment_view(&payment)),
        }))
    }

    async fn list_payments(
        &self,
        request: Request<v1::PaymentServiceListPaymentsRequest>,
    ) -> Result<Response<v1::PaymentServiceListPaymentsResponse>, Status> {
        let (merchant, _) = self.0.shop(request.metadata())?;
        let request = request.get_ref();
        let page = Page::of(request.page_size, &request.page_token, 50, 100).map_err(Error::from)?;
        let (found, next) = self
            .0
            .readers
            .read(move |conn| read::payments::of_shop(conn, merchant, page))
            .await
            .map_err(Error::from)?;
        Ok(Response::new(v1::PaymentServiceListPaymentsResponse {
            payments: found.iter().map(|payment| self.0.payment_view(payment)).collect(),
            next_page_token: next_token(next),
        }))
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
        let store = Store { merchant: till.merchant, branch: till.branch };
        let mut offers = Vec::with_capacity(changes.len());
        for change in &changes {
            // An offer left out here would be missing at the till until it changes again.
            let offer = self.0.directory.offer(change.number).map_err(Error::from)?;
            if let Some(offer) = offer.filter(|offer| offer.terms.honoured_in(store)) {
                offers.push(self.signed_offer(&view::offer(&offer, change.clippable)));
            }
        }
        let next_page_token = next_token(more.then_some(revision));
        let revision = u64::try_from(revision).unwrap_or_default();
        let stamp = offers_signing_input(request.since_revision, revision, now);
        Ok(Response::new(v1::PaymentServiceListOffersResponse {
            revision,
            next_page_token,
            signed_offers: offers,
            as_of: Some(time_to_wire(now)),
            signature: self.0.secrets.sign_offers(&stamp),
        }))
    }

    async fn resolve_token(
        &self,
        request: Request<v1::ResolveTokenRequest>,
    ) -> Result<Response<v1::ResolveTokenResponse>, Status> {
        let till = self.0.till(request.metadata())?;
        Ok(Response::new(self.resolve(till, &request.get_ref().token_number).await?))
    }

    type ListTerminalEntriesStream = ReceiverStream<Result<v1::ListTerminalEntriesResponse, Status>>;

    async fn list_terminal_entries(
        &self,
        request: Request<v1::ListTerminalEntriesRequest>,
    ) -> Result<Response<Self::ListTerminalEntriesStream>, Status> {
        let till = self.0.till(request.metadata())?;
        Ok(Response::new(self.day(till, request.get_ref()).map_err(Error::from)?))
    }
}

impl Api {
    fn signed_offer(&self, offer: &v1::Offer) -> v1::SignedOffer {
        let offer = offer.encode_to_vec();
        let signature = self.0.secrets.sign_offers(&offer_signing_input(&offer));
        v1::SignedOffer { offer, signature }
    }

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
        let scan = match (request.code.is_empty(), request.token_number.is_empty()) {
            (true, false) => self.bare_token(till, &request.token_number).await?,
            (_, true) => self.0.scan(&request.code).await?,
            (false, false) => {
                return Err(FieldError::new("token_number", "goes without a code").into());
            }
        };
        let command = CreatePayment {
            id,
            request_hash,
            merchant: till.merchant,
            terminal: till.terminal,
            branch: till.branch,
            scan,
            gross,
            due,
            redemptions,
            reference: request.merchant_reference,
        };
        self.0.engine.run(command).await
    }

    async fn refund(
        &self,
        merchant: MerchantId,
        terminal: Option<TerminalId>,
        request: v1::RefundPaymentRequest,
    ) -> Result<(Payment, Refund), Error> {
        let goods = goods(&request, self.0.rules.currency)?;
        let command = RefundPayment {
            id: parse::uuid_v7("refund_id", &request.refund_id)?,
            request_hash: parse::request_hash(&merchant.to_string(), &request),
            payment: parse::payment_id(&request.payment_id)?,
            merchant,
            terminal,
            goods,
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

/// What comes back, by the request.
fn goods(request: &v1::RefundPaymentRequest, currency: Currency) -> Result<Goods, FieldError> {
    let named = !request.returned_lines.is_empty() || request.other_amount.is_some();
    if request.everything {
        return if named {
            Err(FieldError::new("everything", "goes without returned_lines and other_amount"))
        } else {
            Ok(Goods::Everything)
        };
    }
    let other = match &request.other_amount {
        Some(money) => money_from_wire("other_amount", Some(money))?,
        None => Money::new(currency, 0),
    };
    if request.returned_lines.len() > RETURNED_LINES_MAX {
        return Err(FieldError::new("returned_lines", format!("at most {RETURNED_LINES_MAX} are allowed")));
    }
    let line = |line: &v1::ReturnedLine| {
        (OfferNumber(line.offer_number), usize::try_from(line.line_index).unwrap_or(usize::MAX), line.units)
    };
    Ok(Goods::Some { lines: request.returned_lines.iter().map(line).collect(), other })
}

fn redemptions(
    request: &v1::CreatePaymentRequest,
    currency: Currency,
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
