//! What was paid: all receipts, to be searched and saved as a table, and one in full.

use proto::v1::PaymentState;
use yew::prelude::*;

use crate::{
    components::{Place, Rem, Ui, dates, empty, header, icons, long_list, receipt_lines, unused_coupons},
    i18n::{amount, state_word},
    model::{Connection, Event, HistoryEvent, Receipt, Route},
};

/// Height of a row, 4.75 rem; as in `style/receipts.css`.
const ROW: Rem = Rem { quarters: 19 };

/// All receipts, newest first.
pub(super) fn list(ui: Ui<'_>) -> Html {
    let words = ui.lang.history();
    let any = !ui.model.receipts().is_empty();
    let found = ui.model.receipts_found();
    html! {
        <main>
            { header(ui, ui.t.tab_receipts, None) }
            if any {
                <div class="search" role="search">
                    { icons::search() }
                    <input type="search" aria-label={words.search} placeholder={words.search} data-test="search-receipts"
                        autocomplete="off" enterkeyhint="search" value={ui.model.search.clone()}
                        oninput={ui.typed(|text| Event::History(HistoryEvent::Searched(text)))} />
                </div>
            }
            if ui.model.connection == Connection::Offline && any {
                <p class="lead">{ words.offline }</p>
            } else if ui.model.receipts_awaited() {
                <p class="lead" role="status">{ words.loading }</p>
            }
            if !found.is_empty() {
                { long_list(ui, "card rows receipts", ROW, &found, |receipt, place| row(ui, receipt, place)) }
                <button class="card row settings-link" data-test="export" onclick={ui.tap(Event::History(HistoryEvent::ExportTapped))}>
                    { icons::download() }
                    <span class="row-text"><span class="row-title">{ words.export }</span></span>
                </button>
            } else if any {
                <div class="empty" data-test="nothing-found">
                    <h2>{ words.nothing_found }</h2>
                    <p>{ words.nothing_found_text }</p>
                </div>
            } else {
                { empty(icons::receipt(), ui.t.receipts_empty, ui.t.receipts_empty_text, None) }
            }
        </main>
    }
}

fn row(ui: Ui<'_>, receipt: &Receipt, place: Place) -> Html {
    let payment = &receipt.payment;
    let reversed = payment.state() == PaymentState::Reversed;
    let saved = payment.discount_amount.as_ref().filter(|saved| saved.minor_units > 0);
    let at = dates::instant(payment.created_at.as_ref());
    html! {
        <li key={payment.payment_id.clone()} aria-posinset={place.posinset()} aria-setsize={place.setsize()}>
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
                        <span class="row-more">{ state_word(ui.lang, payment.state()) }</span>
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
    let Some(receipt) = ui.model.receipt(payment_id) else { return missing(ui) };
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
                { unused_coupons(ui, receipt) }
                <dl class="facts">
                    { fact(ui.t.receipt_reference, &payment.merchant_reference) }
                    { fact(ui.t.receipt_payment, &payment.payment_id) }
                </dl>
            </article>
        </main>
    }
}

/// A receipt that the phone doesn't have, or not yet.
fn missing(ui: Ui<'_>) -> Html {
    let words = ui.lang.history();
    html! {
        <main>
            { header(ui, ui.t.tab_receipts, Some(Route::Receipts)) }
            if ui.model.receipts_awaited() {
                <p class="waiting" role="status">{ words.loading }</p>
            } else {
                { empty(icons::receipt(), words.no_receipt, words.no_receipt_text, Some((Route::Receipts, ui.t.tab_receipts))) }
            }
        </main>
    }
}
