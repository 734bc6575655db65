//! What an offer gives and asks, in a few words.

use proto::v1::{Terms, terms::Reward};
use shared::money::BASIS_POINTS_WHOLE;

use super::{Lang, short_amount};

/// The value, large on the card: "¥5 off", "15% off"; "减 ¥5", "8.5 折".
pub fn headline(lang: Lang, terms: &Terms) -> String {
    let off = |money: Option<&proto::v1::Money>| {
        let value = money.map(short_amount).unwrap_or_default();
        match lang {
            Lang::En => format!("{value} off"),
            Lang::Zh => format!("减 {value}"),
        }
    };
    match &terms.reward {
        Some(Reward::AmountOffEach(each)) => off(each.amount.as_ref()),
        Some(Reward::AmountOffSpend(spend)) => off(spend.amount.as_ref()),
        Some(Reward::PercentOff(percent)) => match lang {
            Lang::En => format!("{}% off", decimal(percent.basis_points, 100)),
            Lang::Zh if percent.basis_points >= BASIS_POINTS_WHOLE => "免费".to_owned(),
            // Chinese names what is left to pay, in tenths.
            Lang::Zh => format!("{} 折", decimal(BASIS_POINTS_WHOLE - percent.basis_points, 1000)),
        },
        None => String::new(),
    }
}

/// What it asks for, beside the item: "each, up to 2", "when you spend ¥60", "at most ¥20".
pub fn condition(lang: Lang, terms: &Terms) -> String {
    match (&terms.reward, lang) {
        (Some(Reward::AmountOffEach(each)), Lang::En) => match each.max_units {
            1 => "one per purchase".to_owned(),
            units => format!("each, up to {units}"),
        },
        (Some(Reward::AmountOffEach(each)), Lang::Zh) => match each.max_units {
            1 => "每单限 1 件".to_owned(),
            units => format!("每件减，最多 {units} 件"),
        },
        (Some(Reward::AmountOffSpend(spend)), _) => {
            let least = spend.minimum_spend.as_ref().map(short_amount).unwrap_or_default();
            match lang {
                Lang::En => format!("when you spend {least}"),
                Lang::Zh => format!("满 {least} 可用"),
            }
        }
        (Some(Reward::PercentOff(percent)), _) => {
            let cap = percent.cap.as_ref().map(short_amount).unwrap_or_default();
            match lang {
                Lang::En => format!("saves at most {cap}"),
                Lang::Zh => format!("最多减 {cap}"),
            }
        }
        (None, _) => String::new(),
    }
}

/// A fraction in decimal notation, without needless zeros. `one` is a power of ten.
fn decimal(value: u32, one: u32) -> String {
    let width = one.ilog10() as usize;
    let text = format!("{}.{:0width$}", value / one, value % one);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use proto::v1::{AmountOffEach, AmountOffSpend, Money, PercentOff};

    use super::*;

    fn cny(minor_units: i64) -> Option<Money> {
        Some(Money { currency_code: "CNY".to_owned(), minor_units })
    }

    #[test]
    fn an_offer_is_told_in_the_words_of_the_language() {
        let check = |reward, en: [&str; 2], zh: [&str; 2]| {
            let terms = Terms { reward: Some(reward), ..Terms::default() };
            let told = |lang| [headline(lang, &terms), condition(lang, &terms)];
            assert_eq!(told(Lang::En), en);
            assert_eq!(told(Lang::Zh), zh);
        };
        let each = |max_units| Reward::AmountOffEach(AmountOffEach { amount: cny(500), max_units });
        check(each(1), ["¥5 off", "one per purchase"], ["减 ¥5", "每单限 1 件"]);
        check(each(3), ["¥5 off", "each, up to 3"], ["减 ¥5", "每件减，最多 3 件"]);
        let percent = |basis_points| Reward::PercentOff(PercentOff { basis_points, cap: cny(2000) });
        check(percent(1500), ["15% off", "saves at most ¥20"], ["8.5 折", "最多减 ¥20"]);
        check(percent(1250), ["12.5% off", "saves at most ¥20"], ["8.75 折", "最多减 ¥20"]);
        check(percent(5000), ["50% off", "saves at most ¥20"], ["5 折", "最多减 ¥20"]);
        check(percent(10_000), ["100% off", "saves at most ¥20"], ["免费", "最多减 ¥20"]);
        let spend = Reward::AmountOffSpend(AmountOffSpend { amount: cny(1050), minimum_spend: cny(6000) });
        check(spend, ["¥10.50 off", "when you spend ¥60"], ["减 ¥10.50", "满 ¥60 可用"]);
    }
}
