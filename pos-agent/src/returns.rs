//! Goods that come back: what of a receipt is still there to return, and the request that asks for it.
//!
//! Units that no coupon had used come back before those that one did, so that the shopper keeps the discounts of what he keeps;
//! of the coupons, the one that was applied last gives its units up first. What the money is, the provider decides
//! (`shared::payment::refund`).

use std::collections::BTreeMap;

use proto::{
    convert::{money_from_wire, money_to_wire},
    v1::{LocalizedText, Payment, PaymentState, RefundPaymentRequest, ReturnedLine},
};
use shared::{gs1::Gtin, money::Money};
use thiserror::Error;

use crate::journal::{BackLine, JournalError, RefundEnding, RefundRecord, SaleRecord};

/// What the cashier takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returned {
    /// All that has not come back yet.
    Everything,
    /// Units of lines of the receipt: line counted from 0, units.
    Lines(Vec<(usize, u32)>),
}

/// Why goods can't be given back.
#[derive(Debug, Clone, Error)]
pub enum ReturnError {
    /// The payment was not made, or all of it came back.
    #[error("there is nothing left of this payment to give back")]
    NothingLeft,
    /// More units than are left, or none.
    #[error("that is more than is left on this line of the receipt")]
    TooMany,
    /// No such line.
    #[error("the receipt has no such line")]
    NoSuchLine,
    /// Another refund of the same payment has no certain answer yet.
    #[error("another refund of this payment is still under way")]
    UnderWay,
    /// The refund id was used for something else.
    #[error("this refund id was used for other goods; take a new id for each refund")]
    IdReused,
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Returned {
    /// Whether a refund in the journal gives these goods back.
    pub fn is(&self, lines: &[BackLine], everything: bool) -> bool {
        match self {
            Self::Everything => everything,
            Self::Lines(wanted) => {
                let units_of = sums(wanted);
                !everything
                    && units_of.len() == lines.len()
                    && lines.iter().all(|back| units_of.get(&back.line) == Some(&back.units))
            }
        }
    }
}

/// Units of each line, should one be named twice.
fn sums(lines: &[(usize, u32)]) -> BTreeMap<usize, u32> {
    let mut units_of: BTreeMap<usize, u32> = BTreeMap::new();
    for (line, units) in lines {
        let sum = units_of.entry(*line).or_default();
        *sum = sum.saturating_add(*units);
    }
    units_of
}

/// One line of a receipt with what is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnableLine {
    /// The item; none for the goods of another till of which only the sum is known.
    pub gtin: Option<Gtin>,
    /// What it is called; may be empty.
    pub name: LocalizedText,
    /// Units sold.
    pub units: u32,
    /// Price of one before discounts.
    pub unit_price_minor: i64,
    /// Units that no coupon used and that have not come back.
    plain_units: u32,
    /// Units that coupons used and that have not come back.
    used: Vec<Used>,
}

/// Units of a line that a coupon used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Used {
    offer_number: u32,
    /// Which line of the coupon's redemption.
    line_index: u32,
    units: u32,
}

/// A receipt, for returning goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returnable {
    /// The payment.
    pub payment_id: String,
    /// Before discounts.
    pub gross: Money,
    /// What the shopper paid.
    pub due: Money,
    /// What came back to the shopper so far.
    pub refunded: Money,
    /// The lines.
    pub lines: Vec<ReturnableLine>,
    under_way: bool,
    over: bool,
}

impl ReturnableLine {
    /// Units that can still come back.
    pub fn left(&self) -> u32 {
        self.used.iter().fold(self.plain_units, |sum, used| sum.saturating_add(used.units))
    }

    /// Takes units out of what is left: how many of them were plain, and which coupons' units the others are.
    fn take(&self, units: u32) -> Result<(u32, Vec<Used>), ReturnError> {
        if units == 0 || units > self.left() {
            return Err(ReturnError::TooMany);
        }
        let plain = units.min(self.plain_units);
        let mut rest = units - plain;
        let mut taken = Vec::new();
        for used in self.used.iter().rev() {
            let units = rest.min(used.units);
            if units > 0 {
                taken.push(Used { units, ..*used });
                rest -= units;
            }
        }
        Ok((plain, taken))
    }
}

impl Returnable {
    /// What is left of a payment as the provider has it now. `record` is this till's, which knows all lines of the receipt; of
    /// another till's payment only the lines that coupons used are known, and the sum of the rest.
    pub fn of(payment: &Payment, record: Option<&SaleRecord>) -> Self {
        let amount = |wire: &Option<proto::v1::Money>| money_from_wire("amount", wire.as_ref()).ok();
        let gross = amount(&payment.gross_amount).unwrap_or(Money::new(shared::money::Currency::CNY, 0));
        let zero = Money::new(gross.currency, 0);
        let record = record.filter(|record| !record.asked.goods.lines.is_empty());
        let mut lines = record.map_or_else(|| lines_of_another_till(payment, gross), lines_of);
        let refunds = record.map(|record| record.refunds.as_slice()).unwrap_or_default();
        take_out_returned(&mut lines, payment, refunds);
        let paid = matches!(payment.state(), PaymentState::Completed | PaymentState::PartiallyRefunded);
        Self {
            payment_id: payment.payment_id.clone(),
            gross,
            due: amount(&payment.amount_due).unwrap_or(zero),
            refunded: amount(&payment.refunded_amount).unwrap_or(zero),
            under_way: refunds.iter().any(|refund| refund.ended.is_none()),
            over: !paid,
            lines,
        }
    }

    /// The request that gives goods back, and what the journal keeps of it.
    pub fn request(
        &self,
        refund_id: String,
        returned: &Returned,
    ) -> Result<(RefundPaymentRequest, Vec<BackLine>), ReturnError> {
        if self.under_way {
            return Err(ReturnError::UnderWay);
        }
        if self.over {
            return Err(ReturnError::NothingLeft);
        }
        let request =
            RefundPaymentRequest { refund_id, payment_id: self.payment_id.clone(), ..Default::default() };
        match returned {
            Returned::Everything => {
                let lines = self.lines.iter().enumerate().filter(|(_, line)| line.left() > 0);
                let back = |(line, l): (usize, &ReturnableLine)| BackLine {
                    line,
                    units: l.left(),
                    plain_units: l.plain_units,
                };
                Ok((RefundPaymentRequest { everything: true, ..request }, lines.map(back).collect()))
            }
            Returned::Lines(lines) => self.some(request, lines),
        }
    }

    fn some(
        &self,
        request: RefundPaymentRequest,
        lines: &[(usize, u32)],
    ) -> Result<(RefundPaymentRequest, Vec<BackLine>), ReturnError> {
        let units_of = sums(lines);
        if units_of.is_empty() {
            return Err(ReturnError::TooMany);
        }
        let (mut other_minor, mut used, mut back) = (0_i64, BTreeMap::new(), Vec::new());
        for (place, units) in units_of {
            let line = self.lines.get(place).ok_or(ReturnError::NoSuchLine)?;
            let (plain_units, taken) = line.take(units)?;
            let plain_minor = line.unit_price_minor.saturating_mul(i64::from(plain_units));
            other_minor = other_minor.saturating_add(plain_minor);
            for one in taken {
                *used.entry((one.offer_number, one.line_index)).or_insert(0) += one.units;
            }
            back.push(BackLine { line: place, units, plain_units });
        }
        let returned = |((offer_number, line_index), units)| ReturnedLine { offer_number, line_index, units };
        let other = (other_minor > 0).then(|| money_to_wire(Money::new(self.gross.currency, other_minor)));
        let request = RefundPaymentRequest {
            returned_lines: used.into_iter().map(returned).collect(),
            other_amount: other,
            ..request
        };
        Ok((request, back))
    }
}

/// The basket as this till sold it.
fn lines_of(record: &SaleRecord) -> Vec<ReturnableLine> {
    let goods = &record.asked.goods;
    let used_on = |place: usize| {
        let mut used = Vec::new();
        for coupon in &goods.coupons {
            for (line_index, line) in
                (0_u32..).zip(&coupon.lines).filter(|(_, line)| line.line == Some(place))
            {
                used.push(Used { offer_number: coupon.offer_number, line_index, units: line.units });
            }
        }
        used
    };
    let line = |(place, line): (usize, &crate::journal::BookedLine)| {
        let used = used_on(place);
        let used_units: u32 = used.iter().map(|used| used.units).sum();
        ReturnableLine {
            gtin: Gtin::parse(&line.gtin).ok(),
            name: line.name.text(),
            units: line.units,
            unit_price_minor: line.unit_price_minor,
            plain_units: line.units.saturating_sub(used_units),
            used,
        }
    };
    goods.lines.iter().enumerate().map(line).collect()
}

/// What the provider knows: the lines that coupons used, and the shelf price of all the rest as one line.
fn lines_of_another_till(payment: &Payment, gross: Money) -> Vec<ReturnableLine> {
    let minor = |money: &Option<proto::v1::Money>| money.as_ref().map_or(0, |money| money.minor_units);
    let mut lines = Vec::new();
    let mut rest_minor = gross.minor;
    for redemption in &payment.redemptions {
        for (line_index, line) in (0_u32..).zip(&redemption.lines) {
            let unit_price_minor = minor(&line.unit_price);
            rest_minor = rest_minor.saturating_sub(unit_price_minor.saturating_mul(i64::from(line.units)));
            lines.push(ReturnableLine {
                gtin: Gtin::parse(&line.gtin).ok(),
                name: LocalizedText::default(),
                units: line.units,
                unit_price_minor,
                plain_units: 0,
                used: vec![Used { offer_number: redemption.offer_number, line_index, units: line.units }],
            });
        }
    }
    if rest_minor > 0 {
        let none_came_back = payment.refunds.iter().all(|refund| minor(&refund.other_amount) == 0);
        lines.push(ReturnableLine {
            gtin: None,
            name: LocalizedText { en: "Other goods".to_owned(), zh: "其他商品".to_owned() },
            units: 1,
            unit_price_minor: rest_minor,
            plain_units: u32::from(none_came_back),
            used: vec![],
        });
    }
    lines
}

/// Of units that coupons used the provider knows which came back, at whatever till; of the others this till's journal.
fn take_out_returned(lines: &mut [ReturnableLine], payment: &Payment, refunds: &[RefundRecord]) {
    if payment.state() == PaymentState::Refunded {
        for line in lines {
            line.plain_units = 0;
            line.used.clear();
        }
        return;
    }
    for back in payment.refunds.iter().flat_map(|refund| &refund.returned_lines) {
        let same =
            |used: &&mut Used| (used.offer_number, used.line_index) == (back.offer_number, back.line_index);
        if let Some(used) = lines.iter_mut().flat_map(|line| &mut line.used).find(same) {
            used.units = used.units.saturating_sub(back.units);
        }
    }
    let done = refunds.iter().filter(|refund| matches!(refund.ended, Some((RefundEnding::Done, _))));
    for back in done.flat_map(|refund| &refund.lines) {
        if let Some(line) = lines.get_mut(back.line) {
            line.plain_units = line.plain_units.saturating_sub(back.plain_units);
        }
    }
}
