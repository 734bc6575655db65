//! An offer as a card: what it gives, on what, under which conditions, until when, and one thing to do. All that its terms
//! say stands on the sheet that it opens.

use proto::v1;
use yew::prelude::*;

use super::{
    Ui, dates,
    list::{Place, Rem},
};
use crate::{
    i18n::{conditions, headline},
    model::Route,
};

/// Height of a card's row in the long list, 8.5 rem; as `--offer-row` in `style/offers.css`.
pub(crate) const OFFER_ROW: Rem = Rem { quarters: 34 };

/// The card, with `action` beside the value. `to` is its sheet.
pub(crate) fn offer_card(
    ui: Ui<'_>,
    offer: &v1::Offer,
    place: Option<Place>,
    to: &Route,
    action: Html,
) -> Html {
    let Some(terms) = &offer.terms else { return Html::default() };
    let now = ui.model.provider_now();
    let mut conditions = conditions(ui.lang, terms);
    if !(terms.merchant_ids.is_empty() && terms.branch_glns.is_empty()) {
        conditions.push(ui.t.selected_shops.to_owned());
    }
    match (dates::instant(terms.starts_at.as_ref()), dates::instant(terms.ends_at.as_ref())) {
        (Some(starts_at), _) if starts_at > now => {
            conditions.insert(0, ui.lang.from_date(&dates::day(ui.lang, starts_at, now)));
        }
        (_, Some(ends_at)) => conditions.insert(0, dates::ends(ui.lang, ends_at, now)),
        _ => {}
    }
    html! {
        <li class="offer-row" key={offer.offer_number} aria-posinset={place.map(Place::posinset)}
            aria-setsize={place.map(Place::setsize)} data-test={format!("offer-{}", offer.offer_number)}>
            <div class="card offer">
                <a class="offer-text" href={to.hash()} data-test={format!("open-{}", offer.offer_number)}>
                    <span class="offer-value money">{ headline(ui.lang, terms) }</span>
                    <span class="offer-title">{ ui.lang.pick(offer.title.as_ref()) }</span>
                    <span class="offer-conditions">{ conditions.join(" · ") }</span>
                </a>
                <div class="offer-action">{ action }</div>
            </div>
        </li>
    }
}
