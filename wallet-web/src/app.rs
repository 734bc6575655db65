//! The wallet in the browser: the model, drawn by yew, and the shell that does what it wants done.

mod browser;
mod shell;
mod version;

use shared::time::UnixMillis;
use wasm_bindgen::prelude::wasm_bindgen;
use yew::prelude::*;

use crate::{
    model::{Event, Model, Route, update},
    pages, storage,
};
use shell::Shell;

/// Starts the wallet in the page's `#app`.
#[wasm_bindgen(start)]
pub(crate) fn start() {
    if let Some(root) = browser::document().and_then(|document| document.get_element_by_id("app")) {
        yew::Renderer::<App>::with_root(root).render();
    }
}

/// The wallet.
struct App {
    model: Model,
    shell: Shell,
    send: Callback<Event>,
    /// A question has come up that takes the focus once it is drawn.
    asks: bool,
}

impl Component for App {
    type Message = Event;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let send = ctx.link().callback(|event| event);
        let lang = storage::language();
        browser::show_language(lang);
        browser::listen(&send);
        version::keep_on_phone(&send);
        let shell = Shell::new(send.clone());
        shell.load();
        let route = Route::from_hash(&browser::hash());
        let mut model = Model::new(route, lang, now());
        if let Some(side_px) = browser::code_side_px() {
            update(&mut model, Event::Measured(side_px), now());
        }
        Self { model, shell, send, asks: false }
    }

    fn update(&mut self, _ctx: &Context<Self>, event: Event) -> bool {
        let route = self.model.route.clone();
        let asked = self.model.waiting().is_some();
        for effect in update(&mut self.model, event, now()) {
            self.shell.run(effect, &self.model);
        }
        if route != self.model.route {
            browser::scroll_to_top();
        }
        self.asks |= !asked && self.model.waiting().is_some();
        true
    }

    fn rendered(&mut self, _ctx: &Context<Self>, _first: bool) {
        browser::show_title(&pages::title(&self.model));
        if std::mem::take(&mut self.asks) {
            browser::focus("[role=alertdialog]");
        }
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        pages::view(&self.model, &self.send)
    }
}

/// The phone's clock; the only place where it is read.
fn now() -> UnixMillis {
    // A float holds whole milliseconds exactly for the next 285,000 years.
    #[allow(clippy::cast_possible_truncation)]
    UnixMillis(js_sys::Date::now() as i64)
}
