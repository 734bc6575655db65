//! Which coupons are in the code and which are not, with the reason, and what the shopper can do about it.

use proto::v1;
use yew::prelude::*;

use crate::{
    components::{Ui, dates, icons},
    i18n::{headline, hours_of},
    model::{Event, PayScreen},
    pay::{Chosen, LeftOut, Rival},
};

/// Both lists.
pub(super) fn coupons(ui: Ui<'_>, screen: &PayScreen) -> Html {
    let crowded = screen.plan.left_out.iter().any(|(_, why)| *why == LeftOut::NoRoom);
    html! {
        <>
            if !screen.plan.chosen.is_empty() {
                <h2 class="group">{ ui.t.pay_in_code }</h2>
                <ul class="card rows">{ for screen.plan.chosen.iter().map(|chosen| inside(ui, chosen, crowded)) }</ul>
            }
            if !screen.plan.left_out.is_empty() {
                <h2 class="group">{ ui.t.pay_left_out }</h2>
                <ul class="card rows">
                    { for screen.plan.left_out.iter().map(|(offer, why)| outside(ui, *offer, *why)) }
                </ul>
            }
        </>
    }
}

fn offer_of(ui: Ui<'_>, offer_number: u32) -> Option<&v1::Offer> {
    ui.model.coupon_of(offer_number)?.offer.as_ref()
}

/// To pin a coupon means something only where not all find room.
fn inside(ui: Ui<'_>, chosen: &Chosen, crowded: bool) -> Html {
    let Some(offer) = offer_of(ui, chosen.offer_number) else { return Html::default() };
    let more = match chosen.rival {
        None => offer.terms.as_ref().map(|terms| headline(ui.lang, terms)).unwrap_or_default(),
        Some(Rival::Others) => ui.t.pay_alone.to_owned(),
        Some(Rival::Offer(other)) => {
            let title = offer_of(ui, other).map_or("", |other| ui.lang.pick(other.title.as_ref()));
            ui.lang.not_with(title)
        }
    };
    html! {
        <li class="row" key={offer.offer_number} data-test={format!("in-code-{}", offer.offer_number)}>
            { words(ui, offer, more) }
            if chosen.pinned || crowded {
                { pin(ui, offer, chosen.pinned) }
            }
            { switch(ui, offer, true) }
        </li>
    }
}

fn outside(ui: Ui<'_>, offer_number: u32, why: LeftOut) -> Html {
    let Some(offer) = offer_of(ui, offer_number) else { return Html::default() };
    let switchable = matches!(why, LeftOut::NoRoom | LeftOut::Excluded);
    html! {
        <li class="row" key={offer_number} data-test={format!("left-out-{offer_number}")}>
            { words(ui, offer, reason(ui, offer, why)) }
            if switchable {
                { switch(ui, offer, false) }
            }
        </li>
    }
}

fn words(ui: Ui<'_>, offer: &v1::Offer, more: String) -> Html {
    html! {
        <span class="row-text">
            <span class="row-title">{ ui.lang.pick(offer.title.as_ref()) }</span>
            <span class="row-more">{ more }</span>
        </span>
    }
}

fn switch(ui: Ui<'_>, offer: &v1::Offer, on: bool) -> Html {
    let number = offer.offer_number;
    html! {
        <button class="switch" role="switch" aria-checked={on.to_string()} aria-label={ui.lang.pick(offer.title.as_ref()).to_owned()}
            data-test={format!("toggle-{number}")} onclick={ui.tap(Event::CouponToggled(number))}>
            <span class="switch-knob" />
        </button>
    }
}

fn pin(ui: Ui<'_>, offer: &v1::Offer, pinned: bool) -> Html {
    let number = offer.offer_number;
    html! {
        <button class="icon-button pin" aria-pressed={pinned.to_string()} title={ui.t.pay_pin}
            aria-label={format!("{}: {}", ui.t.pay_pin, ui.lang.pick(offer.title.as_ref()))}
            data-test={format!("pin-{number}")} onclick={ui.tap(Event::PinTapped(number))}>
            { icons::pin() }
        </button>
    }
}

fn reason(ui: Ui<'_>, offer: &v1::Offer, why: LeftOut) -> String {
    match why {
        LeftOut::NoRoom => ui.t.pay_no_room.to_owned(),
        LeftOut::Excluded => ui.t.pay_excluded.to_owned(),
        LeftOut::Expired => ui.t.pay_expired.to_owned(),
        LeftOut::Unreadable => ui.t.pay_unreadable.to_owned(),
        LeftOut::NotStarted(at) => ui.lang.from_date(&dates::day(ui.lang, at, ui.model.provider_now())),
        LeftOut::OtherHours => {
            let hours = offer.terms.as_ref().and_then(|terms| terms.hours.as_ref());
            ui.lang.only_at(&hours.map(|hours| hours_of(ui.lang, hours)).unwrap_or_default())
        }
    }
}
