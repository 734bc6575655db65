//! The wallet's devices: which there are, linking one more, and removing one.

use proto::v1;
use yew::prelude::*;

use crate::{
    app::address_of,
    components::{Code, Ui, dates, header, icons},
    model::{AccountEvent, Connection, Event, Route},
};

/// The page.
pub(crate) fn view(ui: Ui<'_>) -> Html {
    let words = ui.lang.account();
    html! {
        <main>
            { header(ui, words.devices, Some(Route::Settings)) }
            <p class="lead">{ words.devices_lead }</p>
            if let Some(devices) = &ui.model.account.devices {
                <ul class="card rows" data-test="device-list">{ for devices.iter().map(|device| row(ui, device)) }</ul>
            } else if ui.model.connection == Connection::Offline {
                <p class="waiting">{ words.devices_offline }</p>
            } else {
                <p class="waiting" role="status">{ words.devices_loading }</p>
            }
            { pairing(ui) }
        </main>
    }
}

fn row(ui: Ui<'_>, device: &v1::Device) -> Html {
    let words = ui.lang.account();
    let id = &device.device_id;
    let name = if device.name.is_empty() { words.unnamed } else { &device.name };
    let linked = dates::instant(device.linked_at.as_ref())
        .map(|at| ui.lang.linked(&dates::day(ui.lang, at, ui.model.provider_now())));
    let asked = ui.model.account.removing.as_deref() == Some(id.as_str());
    html! {
        <li key={id.clone()} data-test={format!("device-{id}")}>
            <div class="row">
                { icons::device() }
                <span class="row-text">
                    <span class="row-title">{ name }</span>
                    <span class="row-more">
                        if device.this_device { <strong data-test="this-device">{ words.this_device }</strong>{ " · " } }
                        { linked.unwrap_or_default() }
                    </span>
                </span>
                if !asked {
                    <button class="button button-small button-quiet" data-test={format!("remove-{id}")}
                        aria-label={format!("{}: {name}", words.remove)}
                        onclick={ui.tap(Event::Account(AccountEvent::RemoveTapped(id.clone())))}>{ words.remove }</button>
                }
            </div>
            if asked {
                { sure(ui, device.this_device) }
            }
        </li>
    }
}

fn sure(ui: Ui<'_>, this_device: bool) -> Html {
    let words = ui.lang.account();
    html! {
        <div class="sure" role="alertdialog" aria-label={words.removing_title}>
            <p class="sure-title">{ words.removing_title }</p>
            <p>{ if this_device { words.removing_this } else { words.removing_text } }</p>
            <div class="sure-actions">
                <button class="button button-quiet" data-test="remove-no"
                    onclick={ui.tap(Event::Account(AccountEvent::RemoveCancelled))}>{ words.keep }</button>
                <button class="button button-danger" data-test="remove-yes"
                    onclick={ui.tap(Event::Account(AccountEvent::RemoveConfirmed))}>{ words.remove }</button>
            </div>
        </div>
    }
}

/// The code for another device, as letters and as the address that takes them along. The address keeps them behind its `#`,
/// which no browser sends anywhere, and the wallet takes them out of it at once.
fn pairing(ui: Ui<'_>) -> Html {
    let words = ui.lang.account();
    let pair = ui.tap(Event::Account(AccountEvent::PairTapped));
    let Some((code, ends_at)) = &ui.model.account.pairing else {
        return html! {
            <div class="page-foot">
                <button class="button button-large" data-test="pair" disabled={ui.model.account.busy} onclick={pair}>
                    { words.pair }
                </button>
            </div>
        };
    };
    let bare = code.replace('-', "");
    let ends_here = ends_at.plus_ms(-ui.model.memory.clock_offset_ms);
    html! {
        <section class="card pairing" aria-live="polite">
            <h2 class="saved-label">{ words.pair_code }</h2>
            <p class="typed-code" data-test="pairing-code">{ code }</p>
            <div class="pairing-symbol"><Code text={address_of(&Route::Link(bare))} label={words.pair_code} /></div>
            <p>{ words.pair_lead }</p>
            <p class="small">{ ui.lang.pair_until(&dates::clock(ends_here)) }</p>
            <p class="small">{ words.pair_secret }</p>
            <button class="button button-quiet" data-test="pair-again" disabled={ui.model.account.busy} onclick={pair}>
                { words.pair_new }
            </button>
        </section>
    }
}
