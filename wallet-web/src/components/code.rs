//! The code as a QR symbol.

use yew::prelude::*;

use crate::qr::Symbol;

#[derive(PartialEq, Properties)]
pub(crate) struct CodeProps {
    /// The code's text.
    pub(crate) text: AttrValue,
    /// What it is, for who can't see it.
    pub(crate) label: &'static str,
}

/// Drawn again only when the text changes.
#[component]
pub(crate) fn Code(props: &CodeProps) -> Html {
    // A code is never longer than the largest symbol holds: `pay::plan` sees to it.
    let Ok(symbol) = Symbol::draw(&props.text) else { return Html::default() };
    Html::from_html_unchecked(symbol.svg(props.label).into())
}
