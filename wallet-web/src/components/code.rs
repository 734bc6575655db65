//! The code as a QR symbol, dark on light whatever the theme, with its quiet zone.

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
    let size = symbol.size_with_quiet_zone();
    html! {
        <svg class="code-symbol" viewBox={format!("0 0 {size} {size}")} shape-rendering="crispEdges" role="img"
            aria-label={props.label}>
            <rect width="100%" height="100%" fill="#fff" />
            <path d={symbol.svg_path()} fill="#000" />
        </svg>
    }
}
