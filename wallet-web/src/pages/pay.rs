//! The code is the screen: what it saves under it, everything else below.

use proto::v1;
use yew::prelude::*;

use crate::{
    api::CallError,
    components::{Code, Ui, dates, empty, header, icons},
    i18n::{amount, declined, headline, problem},
    model::{Connection, Event, PayProblem, PayScreen, Route},
    pay::LeftOut,
};

/// The page.
pub(super) fn view(ui: Ui<'_>, screen: &PayScreen) -> Html {
    let offline = ui.model.connection == Connection::Offline;
    html! {
        <main class="pay">
            { header(ui, ui.t.tab_pay, None) }
            <div role="alert">
                if let Some(reason) = screen.declined {
                    <p class="banner">{ declined(ui.lang, reason) }</p>
                }
            </div>
            if let Some(why) = &screen.problem {
                { no_code(ui, why) }
            } else {
                <div class="code" data-test="pay-code">
                    if let Some(code) = &screen.code {
                        <Code text={code.text.clone()} label={ui.t.pay_code_label} />
                    }
                </div>
                { summary(ui, screen) }
                if offline {
                    <p class="calm">{ ui.t.pay_offline }</p>
                }
                if ui.model.is_demo() {
                    { copy(ui) }
                }
                { coupons(ui, screen) }
            }
        </main>
    }
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

/// What the code saves at most, and the ring that shows when it is renewed.
fn summary(ui: Ui<'_>, screen: &PayScreen) -> Html {
    let issued_at = screen.code.as_ref().map_or(0, |code| code.issued_at.0);
    html! {
        <div class="summary">
            if screen.plan.chosen.is_empty() {
                <p>{ ui.t.pay_no_coupons }</p>
            } else {
                <div>
                    <p class="summary-label">
                        { ui.t.pay_save_up_to }{ " · " }{ ui.lang.coupons(screen.plan.chosen.len()) }
                    </p>
                    <p class="summary-amount money" data-test="saves">{ money(ui, screen.plan.saves_up_to_minor) }</p>
                </div>
            }
            <button class="renew" aria-label={ui.t.pay_new_code} title={ui.t.pay_new_code} data-test="new-code"
                onclick={ui.tap(Event::NewCodeTapped)}>
                <svg class="ring" viewBox="0 0 48 48" aria-hidden="true" key={issued_at.to_string()}>
                    <circle class="ring-track" cx="24" cy="24" r="21" />
                    <circle class="ring-time" cx="24" cy="24" r="21" pathLength="100" />
                </svg>
                { icons::renew() }
            </button>
        </div>
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

/// Which coupons are in the code and which are not, each with a switch.
fn coupons(ui: Ui<'_>, screen: &PayScreen) -> Html {
    let inside = screen.plan.chosen.iter().map(|chosen| row(ui, chosen.offer_number, None));
    let outside = screen.plan.left_out.iter().map(|(offer_number, why)| row(ui, *offer_number, Some(*why)));
    html! {
        <>
            if !screen.plan.chosen.is_empty() {
                <h2 class="group">{ ui.t.pay_in_code }</h2>
                <ul class="card rows">{ for inside }</ul>
            }
            if !screen.plan.left_out.is_empty() {
                <h2 class="group">{ ui.t.pay_left_out }</h2>
                <ul class="card rows">{ for outside }</ul>
            }
        </>
    }
}

fn row(ui: Ui<'_>, offer_number: u32, left_out: Option<LeftOut>) -> Html {
    let Some(offer) = ui.model.coupon_of(offer_number).and_then(|coupon| coupon.offer.as_ref()) else {
        return Html::default();
    };
    let switchable = matches!(left_out, None | Some(LeftOut::NoRoom | LeftOut::Excluded));
    let value = offer.terms.as_ref().map(|terms| headline(ui.lang, terms)).unwrap_or_default();
    let title = ui.lang.pick(offer.title.as_ref()).to_owned();
    html! {
        <li class="row" key={offer_number}>
            <span class="row-text">
                <span class="row-title">{ &title }</span>
                <span class="row-more">
                    { left_out.map_or(value, |why| reason(ui, why)) }
                </span>
            </span>
            if switchable {
                <button class="switch" role="switch" aria-checked={left_out.is_none().to_string()} aria-label={title}
                    data-test={format!("toggle-{offer_number}")} onclick={ui.tap(Event::CouponToggled(offer_number))}>
                    <span class="switch-knob" />
                </button>
            }
        </li>
    }
}

fn reason(ui: Ui<'_>, why: LeftOut) -> String {
    match why {
        LeftOut::NoRoom => ui.t.pay_no_room.to_owned(),
        LeftOut::Excluded => ui.t.pay_excluded.to_owned(),
        LeftOut::Expired => ui.t.pay_expired.to_owned(),
        LeftOut::Unreadable => ui.t.pay_unreadable.to_owned(),
        LeftOut::NotStarted(at) => ui.lang.from_date(&dates::day(ui.lang, at, ui.model.provider_now())),
    }
}

/// In the wallet's currency.
fn money(ui: Ui<'_>, minor_units: i64) -> String {
    let currency_code = ui.model.balance().map(|balance| balance.currency_code.clone()).unwrap_or_default();
    amount(&v1::Money { currency_code, minor_units })
}
