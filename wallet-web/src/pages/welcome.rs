//! Before there is a wallet.

use yew::prelude::*;

use crate::{
    api::CallError,
    components::{Ui, icons, language},
    i18n::problem as words,
    model::Event,
};

/// What it is, and one button.
pub(super) fn view(ui: Ui<'_>, opening: bool, problem: Option<&CallError>) -> Html {
    html! {
        <main class="welcome">
            <div class="welcome-top">{ language(ui) }</div>
            <div class="welcome-body">
                { icons::logo() }
                <h1>{ ui.t.welcome_title }</h1>
                <p class="welcome-text">{ ui.t.welcome_text }</p>
            </div>
            <div class="welcome-foot">
                <div role="alert">
                    if let Some(error) = problem {
                        <p class="banner">{ words(ui.lang, error) }</p>
                    }
                </div>
                <button class="button button-large" data-test="open-wallet" disabled={opening}
                    onclick={ui.tap(Event::OpenTapped)}>
                    { if opening { ui.t.welcome_opening } else { ui.t.welcome_open } }
                </button>
                <p class="small">{ ui.t.welcome_key }</p>
            </div>
        </main>
    }
}
