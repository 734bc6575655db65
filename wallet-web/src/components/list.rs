//! A list of rows of one height, of which only those around the screen are drawn, however many there are.

use yew::prelude::*;

use super::Ui;

/// A height in quarters of the root's letter height: no fraction of a number is ever written by the wallet, which keeps the
/// code that would do so out of the download.
#[derive(Clone, Copy)]
pub(crate) struct Rem {
    pub(crate) quarters: usize,
}

/// The list. `row` gets an entry and the attributes that place it among all.
pub(crate) fn long_list<T>(
    ui: Ui<'_>,
    class: &'static str,
    row_rem: Rem,
    entries: &[T],
    row: impl Fn(&T, Place) -> Html,
) -> Html {
    let total = entries.len();
    let drawn = ui.model.rows(total);
    let (above, below) = (drawn.start, total - drawn.end);
    let rows = entries[drawn.clone()].iter().zip(drawn.start + 1..);
    html! {
        <ul class={classes!("long-list", class)}>
            { gap(above, row_rem) }
            { for rows.map(|(entry, number)| row(entry, Place { number, total })) }
            { gap(below, row_rem) }
        </ul>
    }
}

/// Where an entry stands, for who can't see that most are not drawn.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) number: usize,
    pub(crate) total: usize,
}

impl Place {
    pub(crate) fn posinset(self) -> String {
        self.number.to_string()
    }

    pub(crate) fn setsize(self) -> String {
        self.total.to_string()
    }
}

/// The height of rows that are not drawn. An attribute of a picture, since the page's policy allows no style in place.
fn gap(rows: usize, row: Rem) -> Html {
    if rows == 0 {
        return Html::default();
    }
    let quarters = rows * row.quarters;
    let height = format!("{}.{:02}rem", quarters / 4, quarters % 4 * 25);
    html! { <li class="long-list-gap" role="presentation"><svg width="1" height={height} aria-hidden="true" /></li> }
}
