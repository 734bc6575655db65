//! The code is the screen: what it saves under it, everything else below.

use proto::v1;
use yew::prelude::*;

use super::picker;
use crate::{
    api::CallError,
    components::{BarcodePicture, Code, Ui, empty, header, icons},
    i18n::{amount, declined, problem},
    model::{Connection, Event, Form, PayProblem, PayScreen, Route},
};

/// The page.
pub(super) fn view(ui: Ui<'_>, screen: &PayScreen) -> Html {
    html! {
        <main class="pay">
            { header(ui, ui.t.tab_pay, None) }
            <div role="alert">
                if let Some(reason) = screen.declined {
                    <p class="banner" data-test="declined">{ declined(ui.lang, reason) }</p>
                }
            </div>
            if let Some(why) = &screen.problem {
                { no_code(ui, why) }
            } else {
                { code(ui, screen) }
                <div class="pay-side">
                    { summary(ui, screen) }
                    { below(ui, screen.form) }
                    if screen.form == Form::Qr {
                        { picker::coupons(ui, screen) }
                        if ui.model.is_demo() {
                            { copy(ui) }
                        }
                    }
                </div>
            }
        </main>
    }
}

/// The code itself; the place for it is there before it is.
fn code(ui: Ui<'_>, screen: &PayScreen) -> Html {
    match screen.form {
        Form::Qr => html! {
            <div class="code" data-test="pay-code" key="qr">
                if let Some(code) = &screen.code {
                    <Code text={code.text.clone()} label={ui.t.pay_code_label} />
                }
            </div>
        },
        Form::Bars => html! {
            <div class="code code-bars" data-test="pay-barcode" key="bars">
                if let Some(code) = &screen.code {
                    <BarcodePicture token={code.token} label={ui.t.pay_code_label} />
                }
            </div>
        },
    }
}

/// What the shopper should know about paying with it now.
fn below(ui: Ui<'_>, form: Form) -> Html {
    let offline = ui.model.connection == Connection::Offline;
    let payments = || ui.model.memory.stock.payments_left(ui.model.provider_now());
    let (class, words) = match (form, offline) {
        (Form::Qr, false) => return Html::default(),
        (Form::Qr, true) => ("calm", ui.lang.offline_payments(payments())),
        (Form::Bars, false) => ("calm", ui.t.pay_barcode_text.to_owned()),
        (Form::Bars, true) => ("banner", ui.t.pay_barcode_offline.to_owned()),
    };
    html! { <p {class} data-test="pay-note">{ words }</p> }
}

fn no_code(ui: Ui<'_>, why: &PayProblem) -> Html {
    match why {
        PayProblem::NoTokens => empty(icons::code(), ui.t.pay_no_tokens, ui.t.pay_no_tokens_text, None),
        PayProblem::Frozen => empty(icons::code(), ui.t.pay_frozen, ui.t.pay_frozen_text, None),
        PayProblem::Closed => {
            let account = ui.lang.account();
            empty(icons::code(), account.closed, account.close_pay, Some((Route::Settings, account.title)))
        }
        PayProblem::Key(error) => {
            empty(icons::code(), ui.t.tab_pay, problem(ui.lang, &CallError::Key(error.clone())), None)
        }
    }
}

/// What the code saves at most, the other form of it, and the ring that shows when it is renewed.
fn summary(ui: Ui<'_>, screen: &PayScreen) -> Html {
    let (other, icon) = match screen.form {
        Form::Qr => (ui.t.pay_barcode, icons::barcode()),
        Form::Bars => (ui.t.pay_qr, icons::code()),
    };
    html! {
        <div class="summary">
            { saving(ui, screen) }
            <button class="icon-button turn" aria-label={other} title={other} data-test="turn-code"
                onclick={ui.tap(Event::FormTapped)}>
                { icon }
            </button>
            <button class="renew" aria-label={ui.t.pay_new_code} title={ui.t.pay_new_code} data-test="new-code"
                onclick={ui.tap(Event::NewCodeTapped)}>
                if screen.form == Form::Qr {
                    { ring(screen) }
                }
                { icons::renew() }
            </button>
        </div>
    }
}

/// Of a barcode nothing is promised: which coupons come off is decided among all that are clipped.
fn saving(ui: Ui<'_>, screen: &PayScreen) -> Html {
    match screen.form {
        Form::Bars => html! { <p>{ ui.t.pay_barcode_title }</p> },
        Form::Qr if screen.plan.chosen.is_empty() => html! { <p>{ ui.t.pay_no_coupons }</p> },
        Form::Qr => html! {
            <div>
                <p class="summary-label">
                    { ui.t.pay_save_up_to }{ " · " }{ ui.lang.coupons(screen.plan.chosen.len()) }
                </p>
                <p class="summary-amount money" data-test="saves">{ money(ui, screen.plan.saves_up_to_minor) }</p>
            </div>
        },
    }
}

/// Runs out once for each code.
fn ring(screen: &PayScreen) -> Html {
    let issued_at = screen.code.as_ref().map_or(0, |code| code.issued_at.0);
    html! {
        <svg class="ring" viewBox="0 0 48 48" aria-hidden="true" key={issued_at.to_string()}>
            <circle class="ring-track" cx="24" cy="24" r="21" />
            <circle class="ring-time" cx="24" cy="24" r="21" pathLength="100" />
        </svg>
    }
}

/// For who tries it out without a scanner.
fn copy(ui: Ui<'_>) -> Html {
    html! {
        <div class="demo">
            <button class="button button-quiet" data-test="copy-code" onclick={ui.tap(Event::CopyTapped)}>
                { icons::copy() }{ ui.t.copy_code }
            </button>
            <p class="small">{ ui.t.copy_note }</p>
        </div>
    }
}

/// In the wallet's currency.
fn money(ui: Ui<'_>, minor_units: i64) -> String {
    let currency_code = ui.model.balance().map(|balance| balance.currency_code.clone()).unwrap_or_default();
    amount(&v1::Money { currency_code, minor_units })
}
