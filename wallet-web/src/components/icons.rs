//! Line icons, 24 units a side, in the colour of the text around them.

use yew::prelude::*;

fn icon(body: Html) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"
            stroke-linejoin="round" aria-hidden="true">{ body }</svg>
    }
}

pub(crate) fn code() -> Html {
    icon(html! {
        <>
            <path d="M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8M16 4h2.5A1.5 1.5 0 0 1 20 5.5V8M20 16v2.5a1.5 1.5 0 0 1-1.5 1.5H16M8 20H5.5A1.5 1.5 0 0 1 4 18.5V16" />
            <path d="M8 8h3v3H8zM13.5 8H16v2.5h-2.5zM8 13.5h2.5V16H8zM13.5 13.5h.01M16 13.5v.01M13.5 16h2.5" />
        </>
    })
}

pub(crate) fn barcode() -> Html {
    icon(html! { <path d="M4 6v12M7 6v12M10.5 6v12M13 6v12M16.5 6v12M20 6v12" /> })
}

pub(crate) fn pin() -> Html {
    icon(html! { <path d="M9 4h6l-1 6 3 3.5H7l3-3.5zM12 13.5V20" /> })
}

pub(crate) fn tag() -> Html {
    icon(html! {
        <>
            <path d="M4 5.5A1.5 1.5 0 0 1 5.5 4h6.2a2 2 0 0 1 1.4.6l6.3 6.3a2 2 0 0 1 0 2.8l-5.7 5.7a2 2 0 0 1-2.8 0l-6.3-6.3a2 2 0 0 1-.6-1.4z" />
            <circle cx="8.5" cy="8.5" r="1.3" />
        </>
    })
}

pub(crate) fn ticket() -> Html {
    icon(html! {
        <>
            <path d="M3.5 8A1.5 1.5 0 0 1 5 6.5h14A1.5 1.5 0 0 1 20.5 8v1.7a2.3 2.3 0 0 0 0 4.6V16a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 16v-1.7a2.3 2.3 0 0 0 0-4.6z" />
            <path d="M14 6.5v2M14 11v2M14 15.5v2" />
        </>
    })
}

pub(crate) fn receipt() -> Html {
    icon(html! {
        <>
            <path d="M6 3.5h12v17l-2.4-1.6-2.4 1.6-2.4-1.6-2.4 1.6L6 20.5z" />
            <path d="M9 8.5h6M9 12.5h6" />
        </>
    })
}

pub(crate) fn back() -> Html {
    icon(html! { <path d="M14.5 5.5 8 12l6.5 6.5" /> })
}

pub(crate) fn forward() -> Html {
    icon(html! { <path d="M9.5 5.5 16 12l-6.5 6.5" /> })
}

pub(crate) fn search() -> Html {
    icon(html! { <><circle cx="11" cy="11" r="6.5" /><path d="m16 16 4 4" /></> })
}

pub(crate) fn download() -> Html {
    icon(html! { <path d="M12 4v11M7.5 11 12 15.5 16.5 11M5 19.5h14" /> })
}

pub(crate) fn device() -> Html {
    icon(html! { <><rect x="7" y="3" width="10" height="18" rx="2.5" /><path d="M11 17.8h2" /></> })
}

pub(crate) fn person() -> Html {
    icon(html! { <><circle cx="12" cy="8" r="4" /><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0" /></> })
}

pub(crate) fn lifebuoy() -> Html {
    icon(html! {
        <>
            <circle cx="12" cy="12" r="8.5" /><circle cx="12" cy="12" r="3.5" />
            <path d="m6 6 3.5 3.5M14.5 14.5 18 18M18 6l-3.5 3.5M9.5 14.5 6 18" />
        </>
    })
}

pub(crate) fn check() -> Html {
    icon(html! { <path d="m5 12.5 4.5 4.5L19 7.5" /> })
}

pub(crate) fn close() -> Html {
    icon(html! { <path d="M6.5 6.5l11 11M17.5 6.5l-11 11" /> })
}

pub(crate) fn copy() -> Html {
    icon(html! {
        <>
            <rect x="8.5" y="8.5" width="11" height="11" rx="2" />
            <path d="M15.5 8.5V6.5a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2" />
        </>
    })
}

/// The arrow that goes round, inside the ring that counts down.
pub(crate) fn renew() -> Html {
    icon(html! { <path d="M18 12a6 6 0 1 1-1.8-4.3M18 5v3.2h-3.2" /> })
}

/// The sign of OneScan: a code's corners around a tick.
pub(crate) fn logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 64 64" aria-hidden="true">
            <rect class="logo-ground" width="64" height="64" rx="15" />
            <path class="logo-lines" d="M15 24v-6a3 3 0 0 1 3-3h6M40 15h6a3 3 0 0 1 3 3v6M49 40v6a3 3 0 0 1-3 3h-6M24 49h-6a3 3 0 0 1-3-3v-6M23 32.5l6.5 6.5L42 26" />
        </svg>
    }
}
