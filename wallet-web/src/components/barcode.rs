//! The token as a barcode, dark on light whatever the theme, and its digits for who has to type them.

use shared::code::TokenNumber;
use yew::prelude::*;

use crate::barcode::{Barcode, grouped};

#[derive(PartialEq, Properties)]
pub(crate) struct BarcodeProps {
    /// The token.
    pub(crate) token: TokenNumber,
    /// What it is, for who can't see it.
    pub(crate) label: &'static str,
}

/// Drawn again only when the token changes.
#[component]
pub(crate) fn BarcodePicture(props: &BarcodeProps) -> Html {
    let barcode = Barcode::draw(props.token);
    html! {
        <div class="bars">
            <svg class="bars-symbol" viewBox={format!("0 0 {} 1", barcode.width())} preserveAspectRatio="none"
                shape-rendering="crispEdges" role="img" aria-label={props.label}>
                <path d={barcode.svg_path()} fill="#000" />
            </svg>
            <p class="bars-digits" data-test="digits">{ grouped(props.token) }</p>
        </div>
    }
}
