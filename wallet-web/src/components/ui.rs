//! What every piece of a page is given.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::{Callback, Html, InputEvent, MouseEvent, TargetCast, html};

use crate::{
    i18n::{Lang, Texts},
    model::{Event, Model, Route},
};

/// The model, the texts of its language, and the way back for events.
#[derive(Clone, Copy)]
pub(crate) struct Ui<'a> {
    pub(crate) model: &'a Model,
    pub(crate) lang: Lang,
    pub(crate) t: &'static Texts,
    pub(crate) send: &'a Callback<Event>,
}

impl<'a> Ui<'a> {
    pub(crate) fn new(model: &'a Model, send: &'a Callback<Event>) -> Self {
        Self { model, lang: model.lang, t: model.lang.texts(), send }
    }

    /// Sends an event when tapped.
    pub(crate) fn tap(&self, event: Event) -> Callback<MouseEvent> {
        let send = self.send.clone();
        Callback::from(move |_| send.emit(event.clone()))
    }
}

impl Ui<'_> {
    /// Sends what is typed into a field.
    pub(crate) fn typed(&self, event: fn(String) -> Event) -> Callback<InputEvent> {
        self.send
            .reform(move |typed: InputEvent| event(typed.target_unchecked_into::<HtmlInputElement>().value()))
    }

    /// Sends what is chosen from a list.
    pub(crate) fn chosen(&self, event: fn(String) -> Event) -> Callback<yew::events::Event> {
        self.send.reform(move |chosen: yew::events::Event| {
            event(chosen.target_unchecked_into::<HtmlSelectElement>().value())
        })
    }
}

/// A page that has nothing to show yet: why, and where to go from here.
pub(crate) fn empty(
    icon: Html,
    title: &'static str,
    text: &'static str,
    to: Option<(Route, &'static str)>,
) -> Html {
    html! {
        <div class="empty" data-test="empty">
            <div class="empty-icon" aria-hidden="true">{ icon }</div>
            <h2>{ title }</h2>
            <p>{ text }</p>
            if let Some((route, label)) = to {
                <a class="button" href={route.hash()}>{ label }</a>
            }
        </div>
    }
}
