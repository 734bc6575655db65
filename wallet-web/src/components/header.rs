//! The top of each page: where one is, what is in the wallet, whether the provider answers.

use yew::prelude::*;

use super::{Ui, icons};
use crate::{
    i18n::amount,
    model::{Connection, Event, Route},
};

/// The top of a page. A page under another one has a way back to it.
pub(crate) fn header(ui: Ui<'_>, title: &'static str, back: Option<Route>) -> Html {
    let offline = ui.model.connection == Connection::Offline;
    html! {
        <>
        <header class="header">
            if let Some(route) = &back {
                <a class="icon-button header-back" href={route.hash()} aria-label={ui.t.back}>{ icons::back() }</a>
            }
            <h1>{ title }</h1>
            if offline {
                <span class="pill" data-test="offline" role="status">{ ui.t.offline }</span>
            } else if ui.model.is_demo() {
                <span class="pill">{ ui.t.demo }</span>
            }
            <span class="header-space" />
            if let Some(balance) = ui.model.balance() {
                <span class="balance">
                    <span class="balance-label">{ ui.t.balance }</span>
                    <span class="money" data-test="balance">{ amount(balance) }</span>
                </span>
            }
            if back.is_none() {
                { account(ui) }
            }
        </header>
        { banners(ui) }
        </>
    }
}

/// The way to the account.
fn account(ui: Ui<'_>) -> Html {
    let title = ui.lang.account().title;
    html! {
        if ui.model.route != Route::Settings {
            <a class="icon-button account-link" href={Route::Settings.hash()} aria-label={title} {title} data-test="settings">
                { icons::person() }
            </a>
        }
    }
}

/// What the shopper has to know on whatever page.
fn banners(ui: Ui<'_>) -> Html {
    html! {
        <div role="status">
            if ui.model.disk_full {
                <p class="banner" data-test="disk-full">{ ui.t.disk_full }</p>
            }
            if ui.model.offers_version() {
                <p class="banner banner-action" data-test="version">
                    <span>{ ui.t.version_ready }</span>
                    <button class="button button-small" data-test="version-take" onclick={ui.tap(Event::VersionTapped)}>
                        { ui.t.version_take }
                    </button>
                </p>
            }
        </div>
    }
}

/// Switches to the other language.
pub(crate) fn language(ui: Ui<'_>) -> Html {
    let other = ui.lang.other();
    html! {
        <button class="lang" data-test="lang" lang={other.tag()} onclick={ui.tap(Event::LanguageChosen(other))}>
            { ui.t.language_of_the_other }
        </button>
    }
}
