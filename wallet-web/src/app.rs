//! The wallet in the browser: the model, drawn by yew, and the shell that does what it wants done.

pub(crate) mod browser;
mod shell;
mod version;

use std::{cell::Cell, rc::Rc};

use shared::time::UnixMillis;
use yew::prelude::*;

use crate::{
    keys::BrowserKey,
    model::{Effect, Event, Model, Recent, update},
    pages,
    storage::Storage,
};
pub(crate) use browser::{address_of, own_address};
use shell::Shell;

/// A wallet whose storage has been read, and whose first code may be on the screen.
pub(crate) struct Begun {
    /// The wallet.
    pub(crate) model: Model,
    /// The storage, where the browser gives one.
    pub(crate) storage: Option<Storage>,
    /// The device key, where there is one.
    pub(crate) key: Option<BrowserKey>,
    /// What is still to be done.
    pub(crate) effects: Vec<Effect>,
    /// What became of the first code.
    pub(crate) signed: Option<Event>,
    /// The latest receipts, as stored.
    pub(crate) receipts: Vec<u8>,
}

/// Goes on with a wallet in the page's `#app`.
pub(crate) fn run(begun: Begun) {
    if begun.key.is_some() {
        // Asked again at each start: what is refused to a stranger is granted to a page that is used.
        browser::keep_storage();
    }
    if let Some(root) = browser::root() {
        let start = Start { begun: Rc::new(Cell::new(Some(begun))) };
        yew::Renderer::<App>::with_root_and_props(root, start).render();
    }
}

/// What [`App`] is made of, taken out when it is made.
#[derive(Properties)]
struct Start {
    begun: Rc<Cell<Option<Begun>>>,
}

impl PartialEq for Start {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.begun, &other.begun)
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
    type Properties = Start;

    fn create(ctx: &Context<Self>) -> Self {
        let send = ctx.link().callback(|event| event);
        browser::listen(&send);
        version::keep_on_phone(&send);
        let begun = ctx.props().begun.take().expect("an app is made once");
        let Begun { mut model, storage, key, mut effects, signed, receipts } = begun;
        model.recent = Recent::from_bytes(&receipts);
        let shell = Shell::new(send.clone(), storage, key);
        if let Some(signed) = signed {
            effects.extend(update(&mut model, signed, now()));
        }
        for effect in effects {
            shell.run(effect, &model);
        }
        Self { model, shell, send, asks: false }
    }

    fn update(&mut self, _ctx: &Context<Self>, event: Event) -> bool {
        let route = self.model.route.clone();
        let asked = self.model.waiting().is_some();
        let turned = matches!(event, Event::FormTapped);
        for effect in update(&mut self.model, event, now()) {
            self.shell.run(effect, &self.model);
        }
        // A code in its other form is seen as a whole.
        if turned || route.base() != self.model.route.base() {
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
pub(crate) fn now() -> UnixMillis {
    // A float holds whole milliseconds exactly for the next 285,000 years.
    #[allow(clippy::cast_possible_truncation)]
    UnixMillis(js_sys::Date::now() as i64)
}
