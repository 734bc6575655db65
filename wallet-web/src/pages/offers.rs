//! Offers to clip, by manufacturer.

use proto::v1;
use yew::prelude::*;

use crate::{
    components::{Ui, empty, header, icons, offer_card},
    model::{Connection, Event},
};

/// The page.
pub(super) fn view(ui: Ui<'_>) -> Html {
    let groups = by_manufacturer(ui.model.offers());
    html! {
        <main>
            { header(ui, ui.t.tab_offers, None) }
            if groups.is_empty() {
                { nothing(ui) }
            } else {
                <p class="lead">{ ui.t.offers_lead }</p>
                { for groups.into_iter().map(|(issuer, offers)| html! {
                    <section key={issuer.to_owned()}>
                        <h2 class="group">{ issuer }</h2>
                        <ul class="cards">{ for offers.into_iter().map(|offer| card(ui, offer)) }</ul>
                    </section>
                }) }
            }
        </main>
    }
}

fn nothing(ui: Ui<'_>) -> Html {
    match ui.model.connection {
        Connection::Trying => Html::default(),
        Connection::Online => empty(icons::tag(), ui.t.tab_offers, ui.t.offers_empty, None),
        Connection::Offline => empty(icons::tag(), ui.t.offline, ui.t.offers_empty_offline, None),
    }
}

/// Manufacturers in the order of their newest offer.
fn by_manufacturer(offers: Vec<&v1::Offer>) -> Vec<(&str, Vec<&v1::Offer>)> {
    let mut groups: Vec<(&str, Vec<&v1::Offer>)> = Vec::new();
    for offer in offers {
        match groups.iter_mut().find(|(issuer, _)| *issuer == offer.issuer_name) {
            Some((_, group)) => group.push(offer),
            None => groups.push((&offer.issuer_name, vec![offer])),
        }
    }
    groups
}

fn card(ui: Ui<'_>, offer: &v1::Offer) -> Html {
    let number = offer.offer_number;
    let test = format!("clip-{number}");
    let action = if ui.model.coupon_of(number).is_some() {
        html! { <span class="clipped" data-test={test}>{ icons::check() }{ ui.t.clipped }</span> }
    } else {
        html! {
            <button class="button button-small" data-test={test} disabled={ui.model.working.contains(&number)}
                onclick={ui.tap(Event::ClipTapped(number))}>{ ui.t.clip }</button>
        }
    };
    offer_card(ui, offer, action)
}
