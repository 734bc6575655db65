//! An offer as a card: what it gives, on what, under which conditions, until when, and one thing to do.

use proto::v1;
use yew::prelude::*;

use super::{Ui, dates};
use crate::i18n::{conditions, headline};

/// The card, with `action` beside the value.
pub(crate) fn offer_card(ui: Ui<'_>, offer: &v1::Offer, action: Html) -> Html {
    let Some(terms) = &offer.terms else { return Html::default() };
    let now = ui.model.provider_now();
    let mut conditions = conditions(ui.lang, terms);
    if !(terms.merchant_ids.is_empty() && terms.branch_glns.is_empty()) {
        conditions.push(ui.t.selected_shops.to_owned());
    }
    match (dates::instant(terms.starts_at.as_ref()), dates::instant(terms.ends_at.as_ref())) {
        (Some(starts_at), _) if starts_at > now => {
            conditions.push(ui.lang.from_date(&dates::day(ui.lang, starts_at, now)));
        }
        (_, Some(ends_at)) => conditions.push(dates::ends(ui.lang, ends_at, now)),
        _ => {}
    }
    let description = ui.lang.pick(offer.description.as_ref());
    html! {
        <li class="card offer" key={offer.offer_number} data-test={format!("offer-{}", offer.offer_number)}>
            <div class="offer-text">
                <p class="offer-value money">{ headline(ui.lang, terms) }</p>
                <h3>{ ui.lang.pick(offer.title.as_ref()) }</h3>
                if !description.is_empty() {
                    <p class="offer-more">{ description }</p>
                }
                <p class="offer-conditions">{ for conditions.into_iter().map(|condition| html! { <span>{ condition }</span> }) }</p>
            </div>
            <div class="offer-action">{ action }</div>
        </li>
    }
}
