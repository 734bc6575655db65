//! The account: money, limits, devices, recovery, language, theme, and the way out.

pub(super) mod closing;
pub(super) mod devices;
pub(super) mod recovery;

use proto::v1;
use yew::prelude::*;

use crate::{
    components::{Ui, header, icons},
    i18n::{Lang, amount, short_amount},
    model::{Event, Limit, Route, Theme},
};

/// The page.
pub(super) fn view(ui: Ui<'_>) -> Html {
    let words = ui.lang.account();
    if ui.model.is_closed() {
        return closing::closed(ui);
    }
    html! {
        <main>
            { header(ui, words.title, None) }
            { money(ui) }
            { reminder(ui) }
            <h2 class="group">{ words.security }</h2>
            <ul class="card rows">
                <li>{ way(Route::Devices, "devices", icons::device(), words.devices) }</li>
                <li>{ way(Route::Recovery, "recovery", icons::lifebuoy(), words.recovery) }</li>
            </ul>
            <h2 class="group">{ words.limits }</h2>
            <p class="lead">{ ui.t.limits_lead }</p>
            { limits(ui, Limit::PerPayment, ui.t.limit_payment, "limit-payment") }
            { limits(ui, Limit::PerDay, ui.t.limit_day, "limit-day") }
            { languages(ui) }
            { themes(ui) }
            <a class="card row settings-link danger" href={Route::Closing.hash()} data-test="closing">
                <span class="row-text"><span class="row-title">{ words.close }</span></span>
                { icons::forward() }
            </a>
        </main>
    }
}

/// For who has no recovery code on paper.
pub(super) fn reminder(ui: Ui<'_>) -> Html {
    let words = ui.lang.account();
    if ui.model.memory.recovery_kept || ui.model.is_closed() {
        return Html::default();
    }
    html! {
        <a class="banner reminder" href={Route::Recovery.hash()} data-test="reminder">
            <span>{ words.recovery_missing }</span>
            <span class="reminder-link">{ words.recovery_make }</span>
        </a>
    }
}

fn money(ui: Ui<'_>) -> Html {
    let number = ui.model.memory.account.as_ref().map(|account| account.wallet.wallet_id.clone());
    html! {
        <div class="card account-money">
            <p class="saved-label">{ ui.t.balance }</p>
            <p class="account-balance money" data-test="account-balance">
                { ui.model.balance().map(amount).unwrap_or_default() }
            </p>
            <p class="small">{ ui.lang.account().number }{ " " }<span data-test="wallet-id">{ number.unwrap_or_default() }</span></p>
        </div>
    }
}

fn way(route: Route, test: &'static str, icon: Html, title: &'static str) -> Html {
    html! {
        <a class="row" href={route.hash()} data-test={test}>
            { icon }
            <span class="row-text"><span class="row-title">{ title }</span></span>
            { icons::forward() }
        </a>
    }
}

fn limits(ui: Ui<'_>, limit: Limit, title: &'static str, test: &'static str) -> Html {
    let options = ui.model.limit_choices(limit).into_iter().map(|money: v1::Money| {
        let minor = money.minor_units;
        let words =
            if minor == 0 { ui.t.limit_always.to_owned() } else { ui.lang.ask_over(&short_amount(&money)) };
        Choice {
            words,
            test: format!("{test}-{minor}"),
            chosen: ui.model.limit(limit).is_some_and(|now| now.minor_units == minor),
            event: Event::LimitChosen(limit, minor),
            lang: None,
        }
    });
    choices(ui, title, test, ui.model.setting_limits, options.collect())
}

fn languages(ui: Ui<'_>) -> Html {
    let options = [(Lang::En, "English"), (Lang::Zh, "简体中文")].map(|(lang, words)| Choice {
        words: words.to_owned(),
        test: format!("language-{}", lang.tag()),
        chosen: ui.lang == lang,
        event: Event::LanguageChosen(lang),
        lang: Some(lang.tag()),
    });
    choices(ui, ui.lang.account().language, "language", false, options.into())
}

fn themes(ui: Ui<'_>) -> Html {
    let words = ui.lang.account();
    let named = [
        (Theme::System, words.theme_system),
        (Theme::Light, words.theme_light),
        (Theme::Dark, words.theme_dark),
    ];
    let options = named.map(|(theme, words)| Choice {
        words: words.to_owned(),
        test: format!("theme-{}", theme.name()),
        chosen: ui.model.theme == theme,
        event: Event::ThemeChosen(theme),
        lang: None,
    });
    choices(ui, words.theme, "theme", false, options.into())
}

/// One of several things that can be chosen.
struct Choice {
    words: String,
    test: String,
    chosen: bool,
    event: Event,
    lang: Option<&'static str>,
}

fn choices(
    ui: Ui<'_>,
    title: &'static str,
    name: &'static str,
    disabled: bool,
    options: Vec<Choice>,
) -> Html {
    let one = |choice: Choice| {
        html! {
            <button class="row choice" role="radio" aria-checked={choice.chosen.to_string()} data-test={choice.test}
                lang={choice.lang} {disabled} onclick={ui.tap(choice.event)}>
                <span class="row-text money">{ choice.words }</span>
                if choice.chosen {
                    { icons::check() }
                }
            </button>
        }
    };
    html! {
        <>
            <h2 class="group" id={name}>{ title }</h2>
            <div class="card rows" role="radiogroup" aria-labelledby={name}>{ for options.into_iter().map(one) }</div>
        </>
    }
}
