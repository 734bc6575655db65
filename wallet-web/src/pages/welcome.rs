//! Before there is a wallet: what it is, opening one, or joining the one that the shopper has.

use yew::prelude::*;

use crate::{
    api::{CallError, Join},
    components::{Ui, icons, language},
    i18n::problem as words,
    model::{AccountEvent, Event, Route},
};

/// The page.
pub(super) fn view(ui: Ui<'_>, opening: bool, problem: Option<&CallError>) -> Html {
    match &ui.model.route {
        Route::Link(_) => join(ui, Join::Link, opening, problem),
        Route::Recover => join(ui, Join::Recover, opening, problem),
        _ => start(ui, opening, problem),
    }
}

/// What it is, and one button: as `boot` draws it until then.
fn start(ui: Ui<'_>, opening: bool, problem: Option<&CallError>) -> Html {
    let t = ui.lang.first();
    html! {
        <main class="welcome">
            <div class="welcome-top">{ language(ui) }</div>
            <div class="welcome-body">
                { icons::logo() }
                <h1>{ t.welcome_title }</h1>
                <p class="welcome-text">{ t.welcome_text }</p>
            </div>
            <div class="welcome-foot">
                { alert(ui, problem) }
                <button class="button button-large" data-test="open-wallet" disabled={opening}
                    onclick={ui.tap(Event::OpenTapped)}>
                    { if opening { ui.t.welcome_opening } else { t.welcome_open } }
                </button>
                <a class="button button-quiet button-large" href={Route::Link(String::new()).hash()} data-test="have-wallet">
                    { t.have_wallet }
                </a>
                <p class="small">{ t.welcome_key }</p>
            </div>
        </main>
    }
}

/// Joining a wallet by its pairing code or its recovery code.
fn join(ui: Ui<'_>, how: Join, opening: bool, problem: Option<&CallError>) -> Html {
    let account = ui.lang.account();
    let (title, text, go) = match how {
        Join::Link => (account.link_title, account.link_text, account.link_go),
        Join::Recover => (account.recover_title, account.recover_text, account.recover_go),
    };
    let (example, chars, code) = match how {
        Join::Link => ("K7Q2-9XMD", "16", account.pair_code),
        Join::Recover => ("7K2Q-M3XD-9ABC-0RST-VWYZ", "40", account.recovery),
    };
    let back = match how {
        Join::Link => Route::Home,
        Join::Recover => Route::Link(String::new()),
    };
    let submit = ui.send.reform(move |event: SubmitEvent| {
        event.prevent_default();
        Event::Account(AccountEvent::JoinTapped(how))
    });
    html! {
        <main class="welcome">
            <div class="welcome-top">
                <a class="icon-button header-back" href={back.hash()} aria-label={ui.t.back}>{ icons::back() }</a>
                <span class="header-space" />
                { language(ui) }
            </div>
            <div class="welcome-body">
                <h1>{ title }</h1>
                <p class="welcome-text">{ text }</p>
                <form class="code-form" onsubmit={submit}>
                    <label for="join-code">{ code }</label>
                    <input id="join-code" class="field typed-code" data-test="join-code" autocomplete="off"
                        autocapitalize="characters" spellcheck="false" maxlength={chars} placeholder={example}
                        value={ui.model.account.typed.clone()}
                        oninput={ui.typed(|text| Event::Account(AccountEvent::Typed(text)))} />
                    { alert(ui, problem) }
                    <button class="button button-large" type="submit" data-test="join"
                        disabled={opening || ui.model.account.typed.trim().is_empty()}>
                        { if opening { account.working } else { go } }
                    </button>
                    if how == Join::Link {
                        <a class="button button-quiet button-large" href={Route::Recover.hash()} data-test="recover">
                            { account.recover_instead }
                        </a>
                    }
                </form>
            </div>
        </main>
    }
}

fn alert(ui: Ui<'_>, problem: Option<&CallError>) -> Html {
    html! {
        <div role="alert">
            if let Some(error) = problem {
                <p class="banner" data-test="welcome-problem">{ words(ui.lang, error) }</p>
            }
        </div>
    }
}
