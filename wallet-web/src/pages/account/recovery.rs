//! The recovery code: how things stand, and the one time that it is shown.

use yew::prelude::*;

use crate::{
    components::{Ui, header, icons},
    model::{Event, Recovery, RecoveryEvent, Route},
};

/// The page under the account.
pub(crate) fn view(ui: Ui<'_>) -> Html {
    let words = ui.lang.account();
    let kept = ui.model.memory.recovery_kept;
    let (text, go) = match kept {
        true => (words.recovery_done, words.recovery_renew),
        false => (words.recovery_missing, words.recovery_make),
    };
    html! {
        <main>
            { header(ui, words.recovery, Some(Route::Settings)) }
            <div class="empty">
                <div class="empty-icon" aria-hidden="true">{ icons::lifebuoy() }</div>
                <p data-test="recovery-state">{ text }</p>
                <button class={classes!("button", kept.then_some("button-quiet"))} data-test="recovery-renew"
                    disabled={ui.model.recovery.renewing} onclick={ui.tap(Event::Recovery(RecoveryEvent::RenewTapped))}>
                    { go }
                </button>
            </div>
        </main>
    }
}

/// The code itself, in place of whatever page is open.
pub(crate) fn shown(ui: Ui<'_>, code: &str) -> Html {
    let words = ui.lang.account();
    let Recovery { typed, wrong, .. } = &ui.model.recovery;
    let kept = ui.send.reform(|event: SubmitEvent| {
        event.prevent_default();
        Event::Recovery(RecoveryEvent::KeptTapped)
    });
    html! {
        <main class="recovery" data-test="recovery">
            <h1>{ words.recovery_title }</h1>
            <p class="welcome-text">{ words.recovery_text }</p>
            <p class="card typed-code recovery-code" data-test="recovery-code">
                { for code.split('-').map(|group| html! { <span class="code-group">{ group }</span> }) }
            </p>
            <form class="code-form" onsubmit={kept}>
                <label for="recovery-end">{ words.recovery_check }</label>
                <input id="recovery-end" class="field" data-test="recovery-typed" autocomplete="off" autocapitalize="characters"
                    spellcheck="false" maxlength="8" value={typed.clone()} aria-invalid={wrong.to_string()}
                    aria-describedby="recovery-wrong"
                    oninput={ui.typed(|text| Event::Recovery(RecoveryEvent::Typed(text)))} />
                <p class="field-problem" id="recovery-wrong" role="alert">{ if *wrong { words.recovery_wrong } else { "" } }</p>
                <button class="button button-large" type="submit" data-test="recovery-kept">{ words.recovery_kept }</button>
                <button class="button button-quiet button-large" type="button" data-test="recovery-later"
                    onclick={ui.tap(Event::Recovery(RecoveryEvent::LaterTapped))}>{ words.recovery_later }</button>
            </form>
        </main>
    }
}
