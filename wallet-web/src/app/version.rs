//! The service worker: it keeps the wallet's files on the phone, so that the wallet opens with no network, and it is how a newer
//! version arrives. A new worker waits until the model finds a quiet moment; then it takes over and the page is loaded anew.

use std::cell::Cell;

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState};
use yew::Callback;

use super::browser::{ignore, on, window};
use crate::model::Event;

/// What `sw.js` waits for.
const TAKE_OVER: &str = "take-over";

/// Starts the worker. Browsers refuse where the page is not secure.
pub(super) fn keep_on_phone(send: &Callback<Event>) {
    let Some(workers) = workers() else { return };
    // The first worker of a page that had none brings it nothing new: the page came from the provider.
    let had_one = Cell::new(workers.controller().is_some());
    on(&workers, "controllerchange", send, move || had_one.replace(true).then_some(Event::VersionTaken));
    let send = send.clone();
    spawn_local(async move {
        let Ok(registration) = JsFuture::from(workers.register("/sw.js")).await else { return };
        let Ok(registration) = registration.dyn_into::<ServiceWorkerRegistration>() else { return };
        if registration.waiting().is_some() {
            send.emit(Event::VersionReady);
        }
        watch_for_new(&registration, &send);
    });
}

/// Reports workers that arrive while the page is open; looks for them each time it comes to the front.
fn watch_for_new(registration: &ServiceWorkerRegistration, send: &Callback<Event>) {
    let (found, to) = (registration.clone(), send.clone());
    on(registration, "updatefound", send, move || {
        let worker = found.installing()?;
        let arrived = worker.clone();
        on(&worker, "statechange", &to, move || has_arrived(&arrived).then_some(Event::VersionReady));
        None
    });
    if let Some(document) = super::browser::document() {
        let registration = registration.clone();
        on(&document, "visibilitychange", send, move || {
            if let Ok(promise) = registration.update() {
                ignore(promise);
            }
            None
        });
    }
}

/// Whether a worker is ready and waits for another, older one.
fn has_arrived(worker: &ServiceWorker) -> bool {
    worker.state() == ServiceWorkerState::Installed && workers().is_some_and(|all| all.controller().is_some())
}

/// Lets the worker that waits take over.
pub(super) fn take() {
    let Some(workers) = workers() else { return };
    spawn_local(async move {
        let registration = JsFuture::from(workers.get_registration()).await.ok();
        let registration = registration.and_then(|found| found.dyn_into::<ServiceWorkerRegistration>().ok());
        if let Some(waiting) = registration.and_then(|registration| registration.waiting()) {
            let _ = waiting.post_message(&JsValue::from_str(TAKE_OVER));
        }
    });
}

fn workers() -> Option<ServiceWorkerContainer> {
    let workers = window()?.navigator().service_worker();
    (!workers.is_undefined()).then_some(workers)
}
