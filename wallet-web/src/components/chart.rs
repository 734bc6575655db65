//! Six bars: what was saved each month.

use proto::v1;
use yew::prelude::*;

use super::Ui;
use crate::{i18n::short_amount, model::Month};

/// Units of the drawing: a month's width, and the height of the highest bar.
const STEP: i64 = 56;
const TALL: i64 = 72;
const BAR: i64 = 32;

/// The chart, and the same in words for who can't see it.
pub(crate) fn savings_chart(ui: Ui<'_>, months: &[Month]) -> Html {
    let most = months.iter().map(|month| month.saved_minor).max().unwrap_or_default().max(1);
    let told = months.iter().map(|month| {
        format!("{} {}: {}", ui.lang.month(month.month), month.year, money(ui, month.saved_minor))
    });
    let label = format!("{}: {}", ui.lang.offers().saved_chart, told.collect::<Vec<_>>().join(", "));
    let width = STEP * i64::try_from(months.len()).unwrap_or_default();
    html! {
        <svg class="chart" viewBox={format!("0 0 {width} {}", TALL + 44)} role="img" aria-label={label} data-test="chart">
            { for months.iter().zip(0_i64..).map(|(month, place)| bar(ui, month, place, most)) }
        </svg>
    }
}

fn bar(ui: Ui<'_>, month: &Month, place: i64, most: i64) -> Html {
    let middle = place * STEP + STEP / 2;
    // A saving is seen however small it is beside others.
    let share = i128::from(month.saved_minor.max(0)) * i128::from(TALL) / i128::from(most);
    let height = i64::try_from(share).unwrap_or(TALL).max(if month.saved_minor > 0 { 3 } else { 0 });
    let top = 20 + TALL - height;
    html! {
        <>
            <rect class="chart-ground" x={(middle - BAR / 2).to_string()} y={(20 + TALL - 2).to_string()}
                width={BAR.to_string()} height="2" rx="1" />
            <rect class="chart-bar" x={(middle - BAR / 2).to_string()} y={top.to_string()} width={BAR.to_string()}
                height={height.to_string()} rx="5" />
            if month.saved_minor > 0 {
                <text class="chart-value" x={middle.to_string()} y={(top - 6).to_string()}>{ money(ui, month.saved_minor) }</text>
            }
            <text class="chart-month" x={middle.to_string()} y={(TALL + 38).to_string()}>{ ui.lang.month(month.month) }</text>
        </>
    }
}

fn money(ui: Ui<'_>, minor_units: i64) -> String {
    let currency_code = ui.model.balance().map(|balance| balance.currency_code.clone()).unwrap_or_default();
    short_amount(&v1::Money { currency_code, minor_units })
}
