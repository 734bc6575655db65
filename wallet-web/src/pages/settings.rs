//! What the shopper can choose: up to where the wallet pays without asking.

use proto::v1;
use yew::prelude::*;

use crate::{
    components::{Ui, header, icons},
    i18n::short_amount,
    model::{Event, Limit, Route},
};

/// The page.
pub(super) fn view(ui: Ui<'_>) -> Html {
    html! {
        <main>
            { header(ui, ui.t.settings, Some(Route::Receipts)) }
            <p class="lead">{ ui.t.limits_lead }</p>
            { choices(ui, Limit::PerPayment, ui.t.limit_payment, "limit-payment") }
            { choices(ui, Limit::PerDay, ui.t.limit_day, "limit-day") }
        </main>
    }
}

/// The way to this page.
pub(super) fn link(ui: Ui<'_>) -> Html {
    html! {
        <a class="card row settings-link" href={Route::Settings.hash()} data-test="settings">
            <span class="row-text"><span class="row-title">{ ui.t.settings }</span></span>
            { icons::forward() }
        </a>
    }
}

fn choices(ui: Ui<'_>, limit: Limit, title: &'static str, test: &'static str) -> Html {
    html! {
        <>
            <h2 class="group" id={test}>{ title }</h2>
            <ul class="card rows" role="radiogroup" aria-labelledby={test}>
                { for ui.model.limit_choices(limit).iter().map(|money| choice(ui, limit, money, test)) }
            </ul>
        </>
    }
}

fn choice(ui: Ui<'_>, limit: Limit, money: &v1::Money, test: &'static str) -> Html {
    let minor = money.minor_units;
    let chosen = ui.model.limit(limit).is_some_and(|now| now.minor_units == minor);
    let words =
        if minor == 0 { ui.t.limit_always.to_owned() } else { ui.lang.ask_over(&short_amount(money)) };
    html! {
        <li key={minor}>
            <button class="row choice" role="radio" aria-checked={chosen.to_string()} data-test={format!("{test}-{minor}")}
                disabled={ui.model.setting_limits} onclick={ui.tap(Event::LimitChosen(limit, minor))}>
                <span class="row-text money">{ words }</span>
                if chosen {
                    { icons::check() }
                }
            </button>
        </li>
    }
}
