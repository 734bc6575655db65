//! What was paid: all receipts, found by words, exported, and what they saved month by month.

mod calendar;
mod csv;
mod savings;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use proto::v1::{self, PaymentState};

use super::{Effect, Model, Receipt, Route, Stage, feed::Turn, link};
use crate::api::{CallError, PaymentsPage};

pub use calendar::Day;
pub use savings::{Month, saved_minor};

/// Something happened on the page of receipts.
#[derive(Debug, Clone)]
pub enum HistoryEvent {
    /// The shopper typed in the search.
    Searched(String),
    /// The shopper wants the receipts as a file.
    ExportTapped,
    /// The provider answered with a page of payments.
    Came(Result<Box<PaymentsPage>, CallError>),
}

impl Model {
    /// The receipts to show, newest first: of what was paid, whether or not it came back.
    pub fn receipts(&self) -> Vec<&Receipt> {
        let newest = self.recent.receipts.iter();
        let newest = newest.filter(|receipt| receipt.payment.state() != PaymentState::PendingApproval);
        let mut seen = BTreeSet::new();
        newest.chain(&self.library.older).filter(|of| seen.insert(&of.payment.payment_id)).collect()
    }

    /// The receipts that the shopper looks for.
    pub fn receipts_found(&self) -> Vec<&Receipt> {
        let words: Vec<String> = self.search.split_whitespace().map(str::to_lowercase).collect();
        let mut receipts = self.receipts();
        receipts.retain(|receipt| has_words(self, &receipt.payment, &words));
        receipts
    }

    /// A receipt by its payment.
    pub fn receipt(&self, payment_id: &str) -> Option<&Receipt> {
        let all = self.recent.receipts.iter().chain(&self.library.older);
        all.into_iter().find(|receipt| receipt.payment.payment_id == payment_id)
    }

    /// Whether receipts are on their way that the phone has not seen yet.
    pub fn receipts_awaited(&self) -> bool {
        self.payments_feed.is_running() && !self.payments_feed.was_read()
    }

    /// The day on which something happened, where the reader is.
    pub fn day_of(&self, at: Option<&prost_types::Timestamp>) -> Option<Day> {
        let at = proto::convert::time_from_wire("time", at).ok()?;
        Some(Day::of(at, self.utc_offset_minutes))
    }
}

pub(super) fn on(model: &mut Model, event: HistoryEvent) -> Vec<Effect> {
    match event {
        HistoryEvent::Searched(text) => {
            model.search = text;
            model.first_row = 0;
            vec![]
        }
        HistoryEvent::ExportTapped => {
            let name = format!("onescan-{}.csv", Day::of(model.now, model.utc_offset_minutes));
            vec![Effect::Download { name, text: csv::table(model) }]
        }
        HistoryEvent::Came(outcome) => came(model, outcome),
    }
}

/// Reads all payments, where they are wanted and what is known is old.
pub(super) fn read_payments(model: &mut Model) -> Vec<Effect> {
    let wanted = matches!(model.route.base(), Route::Receipts | Route::Receipt(_) | Route::Coupons);
    if model.stage == Stage::Inside && wanted && model.payments_feed.begins(model.now) {
        return vec![Effect::ListPayments(String::new())];
    }
    vec![]
}

fn came(model: &mut Model, outcome: Result<Box<PaymentsPage>, CallError>) -> Vec<Effect> {
    let page = match outcome {
        Ok(page) => *page,
        Err(error) => {
            model.payments_feed.fail();
            return link::failed(model, &error);
        }
    };
    link::heard(model);
    match model.payments_feed.turn(page.payments, page.next_page_token, model.now) {
        Turn::More(token) => vec![Effect::ListPayments(token)],
        Turn::Whole(payments) => {
            let known: BTreeSet<&str> =
                model.recent.receipts.iter().map(|receipt| receipt.payment.payment_id.as_str()).collect();
            let older = payments.into_iter().filter(is_receipt);
            let older = older.filter(|of| !known.contains(of.payment_id.as_str()));
            model.library.older = older.map(Receipt::from).collect();
            vec![Effect::SaveLibrary]
        }
    }
}

/// Whether money moved.
fn is_receipt(payment: &v1::Payment) -> bool {
    match payment.state() {
        PaymentState::Completed | PaymentState::PartiallyRefunded | PaymentState::Refunded => true,
        PaymentState::Reversed => payment.completed_at.is_some() && payment.amount_due.is_some(),
        _ => false,
    }
}

/// Each word stands in the shop's name, in a number, in a coupon's title, in the date or in the amount.
fn has_words(model: &Model, payment: &v1::Payment, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let mut text = format!(
        "{}\n{}\n{}",
        payment.merchant_name.to_lowercase(),
        payment.merchant_reference.to_lowercase(),
        payment.payment_id
    );
    if let Some(day) = model.day_of(payment.created_at.as_ref()) {
        text.push_str(&format!("\n{day}"));
    }
    if let Some(due) = &payment.amount_due {
        text.push_str(&format!("\n{}", crate::i18n::amount(due)));
    }
    for title in payment.redemptions.iter().filter_map(|redemption| redemption.title.as_ref()) {
        text.push_str(&format!("\n{}\n{}", title.en.to_lowercase(), title.zh.to_lowercase()));
    }
    words.iter().all(|word| text.contains(word.as_str()))
}
