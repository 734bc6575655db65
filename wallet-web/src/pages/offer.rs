//! One offer or coupon on a sheet: its picture, and all that its terms say in sentences.

use proto::v1;
use yew::prelude::*;

use crate::{
    app::own_address,
    components::{Sheet, Ui, dates, icons},
    i18n::{Clause, Known, clauses, headline, topic_word},
    model::{BrowseEvent, Event},
};

/// The sheet.
pub(super) fn sheet(ui: Ui<'_>, offer_number: u32) -> Html {
    let words = ui.lang.offers();
    let on_close = ui.send.reform(|()| Event::Browse(BrowseEvent::SheetClosed));
    let Some(offer) = ui.model.offer(offer_number) else {
        if ui.model.offers_awaited() {
            return Html::default();
        }
        return html! {
            <Sheet label={words.gone} close={ui.t.close} {on_close}>
                <h2>{ words.gone }</h2>
                <p class="calm-text">{ words.gone_text }</p>
            </Sheet>
        };
    };
    let title = ui.lang.pick(offer.title.as_ref()).to_owned();
    let description = ui.lang.pick(offer.description.as_ref());
    html! {
        <Sheet label={title.clone()} close={ui.t.close} {on_close}>
            { picture(offer, &title) }
            <p class="sheet-issuer">{ &offer.issuer_name }</p>
            <p class="sheet-value money">{ offer.terms.as_ref().map(|terms| headline(ui.lang, terms)).unwrap_or_default() }</p>
            <h2 class="sheet-title">{ &title }</h2>
            if !description.is_empty() {
                <p class="calm-text">{ description }</p>
            }
            <dl class="terms" data-test="terms">{ for told(ui, offer).into_iter().map(|clause| self::clause(ui, &clause)) }</dl>
            <div class="sheet-foot">{ action(ui, offer) }</div>
        </Sheet>
    }
}

/// Only from the wallet's own address: a picture fetched elsewhere would tell its keeper who looks at what.
fn picture(offer: &v1::Offer, title: &str) -> Html {
    match own_address(&offer.image_url) {
        Some(address) => {
            html! { <img class="sheet-picture" src={address} alt={title.to_owned()} loading="lazy" /> }
        }
        None => Html::default(),
    }
}

fn told(ui: Ui<'_>, offer: &v1::Offer) -> Vec<Clause> {
    let Some(terms) = &offer.terms else { return vec![] };
    let shop = |id: &str| ui.model.shop_name(id).map(str::to_owned);
    let day = |at| dates::full_day(ui.lang, at);
    let known = Known {
        shop: &shop,
        day: &day,
        per_wallet_limit: offer.per_wallet_limit,
        now: ui.model.provider_now(),
    };
    clauses(ui.lang, terms, &known)
}

fn clause(ui: Ui<'_>, clause: &Clause) -> Html {
    html! {
        <div class="term">
            <dt>{ topic_word(ui.lang, clause.topic) }</dt>
            { for clause.lines.iter().map(|line| html! { <dd>{ line }</dd> }) }
        </div>
    }
}

fn action(ui: Ui<'_>, offer: &v1::Offer) -> Html {
    let (words, number) = (ui.lang.offers(), offer.offer_number);
    let working = ui.model.working.contains(&number);
    if ui.model.coupon_of(number).is_some() {
        html! {
            <>
                <span class="clipped">{ icons::check() }{ words.clipped }</span>
                <button class="button button-quiet" data-test="sheet-unclip" disabled={working}
                    onclick={ui.tap(Event::UnclipTapped(number))}>{ words.unclip }</button>
            </>
        }
    } else if ui.model.had.contains(&number) {
        html! { <p class="calm-text">{ words.had }</p> }
    } else {
        html! {
            <button class="button button-large" data-test="sheet-clip" disabled={working}
                onclick={ui.tap(Event::ClipTapped(number))}>{ words.clip }</button>
        }
    }
}
