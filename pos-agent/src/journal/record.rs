//! What the journal keeps: the words of a sale and of a refund, and how each came to its end.

use proto::v1::{LocalizedText, Payment, RefundPaymentRequest};
use serde::{Deserialize, Serialize};
use shared::{
    gs1::Gtin,
    ids::OfferNumber,
    money::{Currency, Money},
    offer::Refusal,
    time::UnixMillis,
};

use crate::{
    machine::Ending,
    receipt::SoldLine,
    sale::{Priced, RefusedCoupon, Sale},
};

/// What the till asks the provider for, as the journal keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The lane; may be empty.
    #[serde(default)]
    pub lane_id: String,
    /// The checkout; may be empty.
    #[serde(default)]
    pub checkout_id: String,
    /// The shop's own number for the sale; may be empty.
    pub reference: String,
    /// ISO 4217.
    pub currency: String,
    /// The basket's total before discounts.
    pub gross_minor: i64,
    /// What the shopper is to pay.
    pub due_minor: i64,
    /// What was sold.
    #[serde(default)]
    pub goods: Goods,
}

/// Lines of a sale and what the coupons did to them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goods {
    /// The basket; empty where it was not told.
    pub lines: Vec<BookedLine>,
    /// Coupons that saved something.
    pub coupons: Vec<BookedCoupon>,
    /// Coupons that saved nothing: offer, title, reason as the API spells it.
    pub refused: Vec<(u32, Title, String)>,
}

/// A text in English and Simplified Chinese.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title(pub String, pub String);

/// One line of the basket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedLine {
    /// The item's number.
    pub gtin: String,
    /// What it is called.
    pub name: Title,
    /// Units.
    pub units: u32,
    /// Price of one before discounts; of weighed goods, of the whole weight.
    pub unit_price_minor: i64,
    /// What was weighed, in grams; 0 for counted goods.
    #[serde(default)]
    pub grams: u32,
    /// Price of a kilogram, of what was weighed; none where nobody told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_kg_minor: Option<i64>,
}

/// One coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedCoupon {
    /// The offer.
    pub offer_number: u32,
    /// What it is for.
    pub title: Title,
    /// Units that it used, in the order in which the provider has them.
    pub lines: Vec<BookedRedemption>,
}

/// Units of one line that a coupon used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedRedemption {
    /// Which line of the basket, counted from 0; none where the basket was not told.
    pub line: Option<usize>,
    /// The item's number.
    pub gtin: String,
    /// Units.
    pub units: u32,
    /// Price of one.
    pub unit_price_minor: i64,
    /// What came off all of them.
    pub discount_minor: i64,
}

/// A payment as the journal has it.
#[derive(Debug, Clone, PartialEq)]
pub struct SaleRecord {
    /// The payment.
    pub payment_id: String,
    /// What was asked for.
    pub asked: Asked,
    /// When it was about to be sent.
    pub begun_at: UnixMillis,
    /// When the till decided to take it back.
    pub reversing_at: Option<UnixMillis>,
    /// How and when it was over; none while it is open.
    pub ended: Option<(Ending, UnixMillis)>,
    /// Why it was declined, as the API spells it; empty otherwise.
    pub reason: String,
    /// The provider's receipt, of what is paid.
    pub payment: Option<Box<Payment>>,
    /// What this till gave back of it, oldest first.
    pub refunds: Vec<RefundRecord>,
}

/// How a refund came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundEnding {
    /// The money is back.
    Done,
    /// The provider refused it.
    Refused,
}

/// A refund as the journal has it.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundRecord {
    /// The refund.
    pub refund_id: String,
    /// Of which payment.
    pub payment_id: String,
    /// Its currency, ISO 4217.
    pub currency: String,
    /// What is asked for.
    pub request: RefundPaymentRequest,
    /// Which lines come back.
    pub lines: Vec<BackLine>,
    /// When it was about to be sent.
    pub begun_at: UnixMillis,
    /// How and when it was over; none while it is open.
    pub ended: Option<(RefundEnding, UnixMillis)>,
    /// Why it was refused; empty otherwise.
    pub reason: String,
    /// What the shopper got.
    pub refunded_minor: i64,
}

/// Units of one line of a receipt that come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackLine {
    /// Which line, counted from 0.
    pub line: usize,
    /// Units.
    pub units: u32,
    /// How many of them no coupon had used.
    pub plain_units: u32,
}

impl Asked {
    /// What a priced basket asks for.
    pub fn of(priced: &Priced, sale: &Sale) -> Self {
        Self {
            lane_id: sale.lane_id.clone(),
            checkout_id: sale.checkout_id.clone(),
            reference: sale.reference.clone(),
            currency: priced.due.currency.code().to_owned(),
            gross_minor: priced.gross.minor,
            due_minor: priced.due.minor,
            goods: Goods::of(priced, sale),
        }
    }

    /// An amount in its currency.
    pub fn money(&self, minor: i64) -> Money {
        money_in(&self.currency, minor)
    }
}

/// An amount in a currency by its code; the journal has none that isn't one.
pub fn money_in(currency: &str, minor: i64) -> Money {
    Money::new(currency.parse().unwrap_or(Currency::CNY), minor)
}

impl Goods {
    fn of(priced: &Priced, sale: &Sale) -> Self {
        let line = |sold: &SoldLine| BookedLine {
            gtin: sold.gtin.short(),
            name: Title::from(&sold.name),
            units: sold.units,
            unit_price_minor: sold.unit_price_minor,
            grams: sold.grams,
            per_kg_minor: sold.per_kg_minor,
        };
        let coupon = |coupon: &crate::sale::AppliedCoupon| {
            let applied = &coupon.applied;
            let lines = applied.line_indexes.iter().zip(&applied.redemption.lines);
            BookedCoupon {
                offer_number: applied.redemption.offer_number.0,
                title: Title::from(&coupon.title),
                lines: lines
                    .map(|(place, redeemed)| BookedRedemption {
                        line: (*place < sale.sold.len()).then_some(*place),
                        gtin: redeemed.line.gtin.short(),
                        units: redeemed.line.units,
                        unit_price_minor: redeemed.line.unit_price_minor,
                        discount_minor: redeemed.discount_minor,
                    })
                    .collect(),
            }
        };
        let refused = |coupon: &RefusedCoupon| {
            let title = coupon.title.as_ref().map(Title::from).unwrap_or_default();
            (coupon.offer_number.0, title, coupon.reason.as_str().to_owned())
        };
        Self {
            lines: sale.sold.iter().map(line).collect(),
            coupons: priced.applied.iter().map(coupon).collect(),
            refused: priced.refused.iter().map(refused).collect(),
        }
    }

    /// The lines, for a receipt that is printed again.
    pub fn sold(&self) -> Vec<SoldLine> {
        let line = |line: &BookedLine| {
            Some(SoldLine {
                gtin: Gtin::parse(&line.gtin).ok()?,
                name: line.name.text(),
                units: line.units,
                unit_price_minor: line.unit_price_minor,
                grams: line.grams,
                per_kg_minor: line.per_kg_minor,
            })
        };
        self.lines.iter().filter_map(line).collect()
    }

    /// The coupons that saved nothing, for a receipt that is printed again.
    pub fn not_applied(&self) -> Vec<RefusedCoupon> {
        let coupon = |(number, title, reason): &(u32, Title, String)| {
            Some(RefusedCoupon {
                offer_number: OfferNumber(*number),
                title: (*title != Title::default()).then(|| title.text()),
                reason: Refusal::ALL.into_iter().find(|refusal| refusal.as_str() == reason)?,
            })
        };
        self.refused.iter().filter_map(coupon).collect()
    }
}

impl From<&LocalizedText> for Title {
    fn from(text: &LocalizedText) -> Self {
        Self(text.en.clone(), text.zh.clone())
    }
}

impl Title {
    /// For the receipt.
    pub fn text(&self) -> LocalizedText {
        LocalizedText { en: self.0.clone(), zh: self.1.clone() }
    }
}
