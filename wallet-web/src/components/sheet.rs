//! A sheet over the page: the browser's own dialog, which holds the focus, closes by Escape, and hides the page from readers.

use web_sys::{Element, HtmlDialogElement};
use yew::prelude::*;

use super::icons;

#[derive(PartialEq, Properties)]
pub(crate) struct SheetProps {
    /// What it is about, for who can't see it.
    pub(crate) label: AttrValue,
    /// The word of the button that closes it.
    pub(crate) close: &'static str,
    /// It was closed.
    pub(crate) on_close: Callback<()>,
    pub(crate) children: Html,
}

/// The sheet, open as long as it is there.
#[component]
pub(crate) fn Sheet(props: &SheetProps) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                // A browser without it shows the sheet all the same, by its style.
                let _ = dialog.show_modal();
            }
        });
    }
    let shut = {
        let dialog = dialog.clone();
        Callback::from(move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                dialog.close();
            }
        })
    };
    let shut_button = {
        let shut = shut.clone();
        Callback::from(move |_: MouseEvent| shut.emit(()))
    };
    // The dialog itself is what lies around the sheet.
    let shut_outside = Callback::from(move |event: MouseEvent| {
        let on_the_dialog =
            event.target_dyn_into::<Element>().is_some_and(|at| at.has_attribute("data-sheet"));
        if on_the_dialog {
            shut.emit(());
        }
    });
    let on_close = props.on_close.clone();
    html! {
        <dialog class="sheet" ref={dialog} aria-label={props.label.clone()} data-sheet="" data-test="sheet"
            onclick={shut_outside} onclose={move |_| on_close.emit(())}>
            <div class="sheet-body">
                <button class="icon-button sheet-close" aria-label={props.close} data-test="sheet-close" onclick={shut_button}>
                    { icons::close() }
                </button>
                { props.children.clone() }
            </div>
        </dialog>
    }
}
