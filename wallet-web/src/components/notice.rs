//! One message over the page, read aloud too.

use proto::v1;
use yew::prelude::*;

use super::{Ui, icons};
use crate::{
    i18n::{amount, not_paid, problem},
    model::{Event, Route, Said},
};

/// The message, if there is one.
pub(crate) fn notice(ui: Ui<'_>) -> Html {
    let said = ui.model.notice.as_ref().map(|notice| &notice.what);
    let text = match said {
        None => String::new(),
        Some(Said::Failed(error)) => problem(ui.lang, error).to_owned(),
        Some(Said::NotPaid(state)) => not_paid(ui.lang, *state).to_owned(),
        Some(Said::Copied) => ui.t.copied.to_owned(),
        Some(Said::Updated) => ui.t.version_taken.to_owned(),
        Some(Said::Paid { payment_id }) => {
            about(ui, payment_id, |amount, shop| ui.lang.paid_at(amount, shop))
        }
        Some(Said::Reversed { payment_id }) => {
            about(ui, payment_id, |amount, shop| ui.lang.reversed_at(amount, shop))
        }
        Some(Said::Refunded { payment_id }) => refunded(ui, payment_id),
    };
    let receipt = match said {
        Some(Said::Paid { payment_id } | Said::Reversed { payment_id } | Said::Refunded { payment_id }) => {
            Some(Route::Receipt(payment_id.clone()))
        }
        _ => None,
    };
    html! {
        <div class="notice-place" role="status" aria-live="polite">
            if said.is_some() {
                <div class="notice" data-test="notice">
                    <p>{ text }</p>
                    if let Some(route) = receipt {
                        <a class="notice-link" href={route.hash()}>{ ui.t.show_receipt }</a>
                    }
                    <button class="icon-button" aria-label={ui.t.close} onclick={ui.tap(Event::NoticeTapped)}>
                        { icons::close() }
                    </button>
                </div>
            }
        </div>
    }
}

fn about(ui: Ui<'_>, payment_id: &str, sentence: impl Fn(&str, &str) -> String) -> String {
    let payment: Option<&v1::Payment> = ui.model.receipt(payment_id).map(|receipt| &receipt.payment);
    let due = payment.and_then(|payment| payment.amount_due.as_ref()).map(amount).unwrap_or_default();
    sentence(&due, payment.map_or("", |payment| &payment.merchant_name))
}

/// The newest refund of a payment.
fn refunded(ui: Ui<'_>, payment_id: &str) -> String {
    let Some(receipt) = ui.model.receipt(payment_id) else { return String::new() };
    let last = receipt.payment.refunds.last().and_then(|refund| refund.refunded_amount.as_ref());
    ui.lang.refunded_at(&last.map(amount).unwrap_or_default(), &receipt.payment.merchant_name)
}
