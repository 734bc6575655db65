//! The clipped coupons.

use proto::{convert::terms_from_wire, v1};
use yew::prelude::*;

use crate::{
    components::{Ui, empty, header, icons, offer_card},
    i18n::amount,
    model::{Event, Route},
};

/// The page.
pub(super) fn view(ui: Ui<'_>) -> Html {
    let coupons = &ui.model.memory.coupons;
    let offers = || coupons.iter().filter_map(|coupon| coupon.offer.as_ref());
    html! {
        <main>
            { header(ui, ui.t.tab_coupons, None) }
            if coupons.is_empty() {
                { empty(icons::ticket(), ui.t.coupons_empty, ui.t.coupons_empty_text, Some((Route::Offers, ui.t.see_offers))) }
            } else {
                <h2 class="lead">
                    { ui.lang.coupons(coupons.len()) }{ " · " }{ ui.t.up_to_save }{ " " }
                    <span class="money">{ worth(ui, offers()) }</span>
                </h2>
                <ul class="cards">{ for offers().map(|offer| card(ui, offer)) }</ul>
            }
        </main>
    }
}

fn card(ui: Ui<'_>, offer: &v1::Offer) -> Html {
    let number = offer.offer_number;
    let action = html! {
        <button class="button button-small button-quiet" data-test={format!("unclip-{number}")}
            disabled={ui.model.working.contains(&number)} onclick={ui.tap(Event::UnclipTapped(number))}>
            { ui.t.remove }
        </button>
    };
    offer_card(ui, offer, action)
}

/// The most that they can save together.
fn worth<'a>(ui: Ui<'_>, offers: impl Iterator<Item = &'a v1::Offer>) -> String {
    let minor_units = offers
        .filter_map(|offer| terms_from_wire(offer.terms.as_ref()?).ok())
        .fold(0_i64, |sum, terms| sum.saturating_add(terms.worst_case_minor()));
    let currency_code = ui.model.balance().map(|balance| balance.currency_code.clone()).unwrap_or_default();
    amount(&v1::Money { currency_code, minor_units })
}
