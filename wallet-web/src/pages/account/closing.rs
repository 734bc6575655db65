//! Closing the wallet: what that means, the question, and the wallet that was closed.

use yew::prelude::*;

use crate::{
    components::{Ui, header, icons},
    i18n::amount,
    model::{AccountEvent, Event, HistoryEvent, Route},
};

/// The page that asks.
pub(crate) fn view(ui: Ui<'_>) -> Html {
    let words = ui.lang.account();
    if ui.model.is_closed() {
        return closed(ui);
    }
    let account = |event: AccountEvent| ui.tap(Event::Account(event));
    html! {
        <main>
            { header(ui, words.close_title, Some(Route::Settings)) }
            <div class="card closing">
                <p>{ words.close_lead }</p>
                <ul class="points">
                    if let Some(balance) = ui.model.balance().filter(|balance| balance.minor_units > 0) {
                        <li>{ ui.lang.close_money(&amount(balance)) }</li>
                    }
                    <li>{ words.close_coupons }</li>
                    <li>{ words.close_pay }</li>
                    <li>{ words.close_receipts }</li>
                </ul>
                { export(ui) }
            </div>
            <div class="page-foot">
                if ui.model.account.closing {
                    <p class="sure-title" role="alert">{ words.close_sure }</p>
                    <button class="button button-large button-danger" data-test="close-yes" disabled={ui.model.account.busy}
                        onclick={account(AccountEvent::CloseConfirmed)}>{ words.close }</button>
                    <button class="button button-large button-quiet" data-test="close-no" disabled={ui.model.account.busy}
                        onclick={account(AccountEvent::CloseTapped(false))}>{ words.close_no }</button>
                } else {
                    <button class="button button-large button-danger" data-test="close"
                        onclick={account(AccountEvent::CloseTapped(true))}>{ words.close }</button>
                }
            </div>
        </main>
    }
}

/// The account of a closed wallet.
pub(super) fn closed(ui: Ui<'_>) -> Html {
    let words = ui.lang.account();
    let number = ui.model.memory.account.as_ref().map(|account| account.wallet.wallet_id.clone());
    html! {
        <main>
            { header(ui, words.title, None) }
            <div class="card closing" data-test="closed">
                <h2>{ words.closed }</h2>
                if let Some(balance) = ui.model.balance().filter(|balance| balance.minor_units > 0) {
                    <p>{ ui.lang.close_money(&amount(balance)) }</p>
                }
                <p class="small">{ words.number }{ " " }{ number.unwrap_or_default() }</p>
                { export(ui) }
            </div>
            <div class="page-foot">
                <button class="button button-large" data-test="start-over"
                    onclick={ui.tap(Event::Account(AccountEvent::StartOverTapped))}>{ words.start_over }</button>
            </div>
        </main>
    }
}

fn export(ui: Ui<'_>) -> Html {
    if ui.model.receipts().is_empty() {
        return Html::default();
    }
    html! {
        <button class="button button-quiet" data-test="export" onclick={ui.tap(Event::History(HistoryEvent::ExportTapped))}>
            { icons::download() }{ ui.lang.history().export }
        </button>
    }
}
