//! What was paid.

use proto::v1::PaymentState;
use yew::prelude::*;

use super::settings;
use crate::{
    components::{Ui, dates, empty, header, icons, receipt_lines, state_of},
    i18n::amount,
    model::{Receipt, Route},
};

/// All receipts, newest first.
pub(super) fn list(ui: Ui<'_>) -> Html {
    let receipts: Vec<&Receipt> = ui.model.receipts().collect();
    html! {
        <main>
            { header(ui, ui.t.tab_receipts, None) }
            if receipts.is_empty() {
                { empty(icons::receipt(), ui.t.receipts_empty, ui.t.receipts_empty_text, None) }
            } else {
                <ul class="card rows receipts">{ for receipts.into_iter().map(|receipt| row(ui, receipt)) }</ul>
            }
            { settings::link(ui) }
        </main>
    }
}

fn row(ui: Ui<'_>, receipt: &Receipt) -> Html {
    let payment = &receipt.payment;
    let reversed = payment.state() == PaymentState::Reversed;
    let saved = payment.discount_amount.as_ref().filter(|saved| saved.minor_units > 0);
    let at = dates::instant(payment.created_at.as_ref());
    html! {
        <li key={payment.payment_id.clone()}>
            <a class="row" href={Route::Receipt(payment.payment_id.clone()).hash()} data-test="receipt-row">
                <span class="row-text">
                    <span class="row-title">{ &payment.merchant_name }</span>
                    <span class="row-more">{ at.map(|at| dates::moment(ui.lang, at)).unwrap_or_default() }</span>
                </span>
                <span class="row-end">
                    <span class={classes!("money", "row-amount", reversed.then_some("struck"))}>
                        { payment.amount_due.as_ref().map(amount).unwrap_or_default() }
                    </span>
                    if payment.state() != PaymentState::Completed {
                        <span class="row-more">{ state_of(ui, payment) }</span>
                    } else if let Some(saved) = saved {
                        <span class="row-saved money">{ ui.lang.saved(&amount(saved)) }</span>
                    }
                </span>
                { icons::forward() }
            </a>
        </li>
    }
}

/// One receipt.
pub(super) fn one(ui: Ui<'_>, payment_id: &str) -> Html {
    let Some(receipt) = ui.model.receipt(payment_id) else { return list(ui) };
    let payment = &receipt.payment;
    let reversed = payment.state() == PaymentState::Reversed;
    let at = dates::instant(payment.created_at.as_ref());
    let fact = |name: &'static str, value: &str| {
        let value = value.to_owned();
        html! {
            if !value.is_empty() {
                <div class="fact"><dt>{ name }</dt><dd>{ value }</dd></div>
            }
        }
    };
    html! {
        <main>
            { header(ui, ui.t.tab_receipts, Some(Route::Receipts)) }
            <article class="card receipt-card" data-test="receipt">
                <h2 class="receipt-shop">{ &payment.merchant_name }</h2>
                <p class="receipt-time">{ at.map(|at| dates::moment(ui.lang, at)).unwrap_or_default() }</p>
                <p class={classes!("receipt-amount", "money", reversed.then_some("struck"))} data-test="receipt-paid">
                    { payment.amount_due.as_ref().map(amount).unwrap_or_default() }
                </p>
                if reversed {
                    <p class="banner">{ ui.t.receipt_reversed }</p>
                }
                { receipt_lines(ui, receipt) }
                <dl class="facts">
                    { fact(ui.t.receipt_reference, &payment.merchant_reference) }
                    { fact(ui.t.receipt_payment, &payment.payment_id) }
                </dl>
            </article>
        </main>
    }
}
