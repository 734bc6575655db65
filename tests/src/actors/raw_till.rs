//! A till without an agent: it sends exactly what the story says, honest or not.

use proto::{
    status::Failure,
    v1::{self, payment_service_client::PaymentServiceClient},
};
use tonic::{Status, Streaming, transport::Channel};
use uuid::Uuid;

use super::{answer, cny, signed};

/// A till with its key.
#[derive(Debug, Clone)]
pub struct RawTill {
    channel: Channel,
    key: String,
}

/// A payment request in the making. Due follows from gross and discounts unless it is set.
#[derive(Debug, Clone)]
pub struct Sale(v1::CreatePaymentRequest);

/// A payment id that no other payment has.
pub fn payment_id() -> String {
    Uuid::now_v7().to_string()
}

/// Goods that come back of a payment.
#[derive(Debug, Clone)]
pub struct Goods(v1::RefundPaymentRequest);

impl Goods {
    /// Nothing yet.
    pub fn of(payment_id: &str) -> Self {
        let payment_id = payment_id.to_owned();
        Self(v1::RefundPaymentRequest { refund_id: self::payment_id(), payment_id, ..Default::default() })
    }

    /// All that is left.
    #[must_use]
    pub fn everything(mut self) -> Self {
        self.0.everything = true;
        self
    }

    /// Units on which an offer was redeemed, of the offer's first line.
    #[must_use]
    pub fn units(mut self, offer_number: u32, units: u32) -> Self {
        self.0.returned_lines.push(v1::ReturnedLine { offer_number, line_index: 0, units });
        self
    }

    /// Goods without a coupon, at their shelf price.
    #[must_use]
    pub fn others(mut self, minor: i64) -> Self {
        self.0.other_amount = Some(cny(minor));
        self
    }
}

impl Sale {
    /// A basket worth `gross_minor`, to be paid with a scanned code.
    pub fn of(code: &str, gross_minor: i64) -> Self {
        Self(v1::CreatePaymentRequest {
            payment_id: payment_id(),
            code: code.to_owned(),
            gross_amount: Some(cny(gross_minor)),
            amount_due: Some(cny(gross_minor)),
            redemptions: vec![],
            merchant_reference: String::new(),
            token_number: String::new(),
        })
    }

    /// The same paid with the digits of a barcode, that is with the bare token.
    pub fn by_digits(token_number: &str, gross_minor: i64) -> Self {
        let Self(request) = Self::of("", gross_minor);
        Self(v1::CreatePaymentRequest { token_number: token_number.to_owned(), ..request })
    }

    /// Redeems an offer on some units of one item; `discount_minor` off these units together.
    #[must_use]
    pub fn redeems(
        mut self,
        offer_number: u32,
        gtin: &str,
        units: u32,
        unit_price_minor: i64,
        discount_minor: i64,
    ) -> Self {
        let line = v1::RedeemedLine {
            gtin: gtin.to_owned(),
            units,
            unit_price: Some(cny(unit_price_minor)),
            discount: Some(cny(discount_minor)),
            grams: 0,
        };
        self.0.redemptions.push(v1::CouponRedemption {
            offer_number,
            lines: vec![line],
            ..Default::default()
        });
        let due = self.0.amount_due.get_or_insert_with(|| cny(0));
        due.minor_units -= discount_minor;
        self
    }

    /// Asks for another amount than the one that follows.
    #[must_use]
    pub fn due(mut self, due_minor: i64) -> Self {
        self.0.amount_due = Some(cny(due_minor));
        self
    }

    /// Under a payment id of the till's choice.
    #[must_use]
    pub fn under(mut self, payment_id: &str) -> Self {
        self.0.payment_id = payment_id.to_owned();
        self
    }

    /// Paid with another code.
    #[must_use]
    pub fn with_code(mut self, code: &str) -> Self {
        self.0.code = code.to_owned();
        self
    }

    /// In another currency.
    #[must_use]
    pub fn in_currency(mut self, code: &str) -> Self {
        let lines = self.0.redemptions.iter_mut().flat_map(|r| &mut r.lines);
        let amounts = lines.flat_map(|line| [&mut line.unit_price, &mut line.discount]);
        for amount in amounts.chain([&mut self.0.gross_amount, &mut self.0.amount_due]).flatten() {
            amount.currency_code = code.to_owned();
        }
        self
    }

    /// The payment id.
    pub fn id(&self) -> &str {
        &self.0.payment_id
    }

    /// The request.
    pub fn request(&self) -> v1::CreatePaymentRequest {
        self.0.clone()
    }
}

impl RawTill {
    /// A till that holds `key`.
    pub fn new(channel: Channel, key: String) -> Self {
        Self { channel, key }
    }

    /// Asks for the money.
    pub async fn pay(&self, sale: &Sale) -> Result<v1::Payment, Failure> {
        let outcome = self.client().create_payment(signed(&self.key, sale.request())).await;
        answer(outcome).map(|made| made.payment.expect("a payment"))
    }

    /// Asks for the money over a line on which the answer may get lost.
    pub async fn try_pay(&self, sale: &Sale) -> Result<v1::Payment, Status> {
        let made = self.client().create_payment(signed(&self.key, sale.request())).await?;
        Ok(made.into_inner().payment.expect("a payment"))
    }

    /// A payment as it stands.
    pub async fn get(&self, payment_id: &str) -> Result<v1::Payment, Failure> {
        let request = v1::GetPaymentRequest { payment_id: payment_id.to_owned() };
        let outcome = self.client().get_payment(signed(&self.key, request)).await;
        answer(outcome).map(|got| got.payment.expect("a payment"))
    }

    /// Undoes a payment, or makes sure that it never moves anything.
    pub async fn reverse(&self, payment_id: &str) -> Result<v1::Payment, Failure> {
        let request = v1::ReversePaymentRequest { payment_id: payment_id.to_owned() };
        let outcome = self.client().reverse_payment(signed(&self.key, request)).await;
        answer(outcome).map(|undone| undone.payment.expect("a payment"))
    }

    /// Gives goods back.
    pub async fn refund(&self, goods: &Goods) -> Result<(v1::Refund, v1::Payment), Failure> {
        let outcome = self.client().refund_payment(signed(&self.key, goods.0.clone())).await;
        answer(outcome).map(|done| (done.refund.expect("a refund"), done.payment.expect("a payment")))
    }

    /// The shop's payments, newest first.
    pub async fn payments(&self) -> Vec<v1::Payment> {
        let request = v1::PaymentServiceListPaymentsRequest::default();
        let outcome = self.client().list_payments(signed(&self.key, request)).await;
        answer(outcome).expect("the payments are listed").payments
    }

    /// Every state of a payment from now on.
    pub async fn watch(&self, payment_id: &str) -> Streaming<v1::WatchPaymentResponse> {
        let request = v1::WatchPaymentRequest { payment_id: payment_id.to_owned() };
        answer(self.client().watch_payment(signed(&self.key, request)).await).expect("a stream")
    }

    fn client(&self) -> PaymentServiceClient<Channel> {
        PaymentServiceClient::new(self.channel.clone())
    }
}
