//! The clipped coupons, those that end first first, and what coupons have saved so far.

use proto::{convert::terms_from_wire, v1};
use yew::prelude::*;

use crate::{
    components::{Ui, dates, empty, header, icons, offer_card, savings_chart},
    i18n::amount,
    model::{Event, Route},
};

/// Ends nearer than this come under a heading of their own.
const SOON_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// The page.
pub(super) fn view(ui: Ui<'_>) -> Html {
    let words = ui.lang.offers();
    let coupons = ui.model.coupons_by_end();
    let now = ui.model.provider_now();
    let starts =
        |offer: &v1::Offer| dates::instant(offer.terms.as_ref().and_then(|terms| terms.starts_at.as_ref()));
    let ends =
        |offer: &v1::Offer| dates::instant(offer.terms.as_ref().and_then(|terms| terms.ends_at.as_ref()));
    let (waiting, running): (Vec<_>, Vec<_>) =
        coupons.iter().copied().partition(|offer| starts(offer).is_some_and(|at| at > now));
    let (soon, later): (Vec<_>, Vec<_>) =
        running.into_iter().partition(|offer| ends(offer).is_some_and(|at| at <= now.plus_ms(SOON_MS)));
    html! {
        <main>
            { header(ui, ui.t.tab_coupons, None) }
            if coupons.is_empty() {
                { empty(icons::ticket(), ui.t.coupons_empty, ui.t.coupons_empty_text, Some((Route::Offers, ui.t.see_offers))) }
            } else {
                <p class="lead">
                    { ui.lang.coupons(coupons.len()) }{ " · " }{ ui.t.up_to_save }{ " " }
                    <span class="money">{ worth(ui, &coupons) }</span>
                </p>
                { group(ui, words.this_week, &soon) }
                { group(ui, words.later, &later) }
                { group(ui, words.not_begun, &waiting) }
            }
            { saved(ui) }
        </main>
    }
}

fn group(ui: Ui<'_>, title: &'static str, offers: &[&v1::Offer]) -> Html {
    if offers.is_empty() {
        return Html::default();
    }
    html! {
        <section key={title}>
            <h2 class="group">{ title }</h2>
            <ul class="cards offers">{ for offers.iter().map(|offer| card(ui, offer)) }</ul>
        </section>
    }
}

fn card(ui: Ui<'_>, offer: &v1::Offer) -> Html {
    let number = offer.offer_number;
    let title = ui.lang.pick(offer.title.as_ref());
    let action = html! {
        <button class="button button-small button-quiet" data-test={format!("unclip-{number}")}
            aria-label={format!("{}: {title}", ui.t.remove)}
            disabled={ui.model.working.contains(&number)} onclick={ui.tap(Event::UnclipTapped(number))}>
            { ui.t.remove }
        </button>
    };
    offer_card(ui, offer, None, &Route::Coupon(number), action)
}

/// What coupons have saved: all of it, and month by month.
fn saved(ui: Ui<'_>) -> Html {
    let words = ui.lang.offers();
    let total = ui.model.saved_so_far_minor();
    if total <= 0 {
        return html! { <p class="small saved-none">{ words.nothing_saved }</p> };
    }
    let currency_code = ui.model.balance().map(|balance| balance.currency_code.clone()).unwrap_or_default();
    html! {
        <section class="card saved">
            <h2 class="saved-label">{ words.saved_so_far }</h2>
            <p class="saved-amount money" data-test="saved-so-far">{ amount(&v1::Money { currency_code, minor_units: total }) }</p>
            { savings_chart(ui, &ui.model.savings()) }
        </section>
    }
}

/// The most that they can save together.
fn worth(ui: Ui<'_>, offers: &[&v1::Offer]) -> String {
    let minor_units = offers
        .iter()
        .filter_map(|offer| terms_from_wire(offer.terms.as_ref()?).ok())
        .fold(0_i64, |sum, terms| sum.saturating_add(terms.worst_case_minor()));
    let currency_code = ui.model.balance().map(|balance| balance.currency_code.clone()).unwrap_or_default();
    amount(&v1::Money { currency_code, minor_units })
}
