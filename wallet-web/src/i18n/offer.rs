//! What an offer gives and asks, in a few words.

use proto::v1::{Hours, Money, Requirement, RewardPick, Terms, requirement::Need, terms::Reward};
use shared::money::BASIS_POINTS_WHOLE;

use super::{Lang, short_amount};

/// The value, large on the card: "¥5 off", "15% off", "Buy 2, get 1 free"; "减 ¥5", "8.5 折", "买 2 送 1".
pub fn headline(lang: Lang, terms: &Terms) -> String {
    let of = |en: String, zh: String| match lang {
        Lang::En => en,
        Lang::Zh => zh,
    };
    let off = |money: Option<&Money>| {
        let value = value(money);
        of(format!("{value} off"), format!("减 {value}"))
    };
    match &terms.reward {
        Some(Reward::AmountOffEach(each)) => off(each.amount.as_ref()),
        Some(Reward::AmountOff(once)) => off(once.amount.as_ref()),
        Some(Reward::PercentOff(percent)) => percent_off(lang, percent.basis_points),
        Some(Reward::FixedPrice(fixed)) => {
            let price = value(fixed.price_each.as_ref());
            of(format!("{price} each"), format!("每件 {price}"))
        }
        Some(Reward::FreeItems(free)) if free.units == 1 => of("1 free".to_owned(), "送 1 件".to_owned()),
        Some(Reward::FreeItems(free)) => of(format!("{} free", free.units), format!("送 {} 件", free.units)),
        Some(Reward::BuyGet(sets)) if (sets.buy, sets.get) == (1, 1) && !is_free(sets.basis_points) => {
            let share = percent_off(lang, sets.basis_points);
            of(format!("2nd {share}"), format!("第二件 {share}"))
        }
        Some(Reward::BuyGet(sets)) if is_free(sets.basis_points) => {
            of(format!("Buy {}, get {} free", sets.buy, sets.get), format!("买 {} 送 {}", sets.buy, sets.get))
        }
        Some(Reward::BuyGet(sets)) => {
            let share = percent_off(lang, sets.basis_points);
            of(
                format!("Buy {}, get {} at {share}", sets.buy, sets.get),
                format!("买 {} 件，另 {} 件 {share}", sets.buy, sets.get),
            )
        }
        None => String::new(),
    }
}

/// What it asks for, beside the item: "each, up to 2", "when you spend ¥60", "at most ¥20"; then what else holds, one
/// text each: the whole basket's minimum, hours, that it goes with no other coupon.
pub fn conditions(lang: Lang, terms: &Terms) -> Vec<String> {
    let of = |en: &str, zh: &str| match lang {
        Lang::En => en.to_owned(),
        Lang::Zh => zh.to_owned(),
    };
    let mut all = vec![limit(lang, terms)];
    all.extend(terms.requirements.iter().filter_map(|requirement| need(lang, terms, requirement)));
    match terms.pick() {
        RewardPick::Cheapest => all.push(of("the cheapest of them", "最低价的一件")),
        RewardPick::Dearest => all.push(of("the dearest of them", "最高价的一件")),
        RewardPick::All | RewardPick::Unspecified => {}
    }
    if let Some(minimum) = &terms.basket_minimum {
        let least = short_amount(minimum);
        all.push(of(&format!("basket of {least} or more"), &format!("全单满 {least}")));
    }
    all.extend(terms.hours.as_ref().map(|hours| hours_of(lang, hours)));
    if terms.stacking.as_ref().is_some_and(|stacking| stacking.exclusive) {
        all.push(of("not with other coupons", "不与其他优惠券同用"));
    }
    all.retain(|text| !text.is_empty());
    all
}

fn limit(lang: Lang, terms: &Terms) -> String {
    let at_most = |cap: Option<&Money>| {
        let cap = value(cap);
        match lang {
            Lang::En => format!("saves at most {cap}"),
            Lang::Zh => format!("最多减 {cap}"),
        }
    };
    match (&terms.reward, lang) {
        (Some(Reward::AmountOffEach(each)), Lang::En) => match each.max_units {
            1 => "one per purchase".to_owned(),
            units => format!("each, up to {units}"),
        },
        (Some(Reward::AmountOffEach(each)), Lang::Zh) => match each.max_units {
            1 => "每单限 1 件".to_owned(),
            units => format!("每件减，最多 {units} 件"),
        },
        (Some(Reward::FixedPrice(fixed)), Lang::En) => format!("up to {}", fixed.max_units),
        (Some(Reward::FixedPrice(fixed)), Lang::Zh) => format!("最多 {} 件", fixed.max_units),
        (Some(Reward::PercentOff(percent)), _) => at_most(percent.cap.as_ref()),
        (Some(Reward::FreeItems(free)), _) => at_most(free.cap.as_ref()),
        (Some(Reward::BuyGet(sets)), _) => at_most(sets.cap.as_ref()),
        (Some(Reward::AmountOff(_)) | None, _) => String::new(),
    }
}

/// What must be bought, where that is more than the reward says by itself.
fn need(lang: Lang, terms: &Terms, requirement: &Requirement) -> Option<String> {
    let sets = matches!(terms.reward, Some(Reward::BuyGet(_)));
    Some(match (requirement.need.as_ref()?, lang) {
        (Need::Units(0 | 1), _) => return None,
        (Need::Units(_), _) if sets => return None,
        (Need::Units(units), Lang::En) => format!("when you buy {units}"),
        (Need::Units(units), Lang::Zh) => format!("满 {units} 件可用"),
        (Need::Spend(least), Lang::En) => format!("when you spend {}", short_amount(least)),
        (Need::Spend(least), Lang::Zh) => format!("满 {} 可用", short_amount(least)),
        (Need::WeightGrams(grams), Lang::En) => format!("from {} kg", decimal(*grams, 1000)),
        (Need::WeightGrams(grams), Lang::Zh) => format!("满 {} 千克可用", decimal(*grams, 1000)),
    })
}

/// "Mon–Fri 11:00–14:00"; "周一至周五 11:00–14:00".
pub fn hours_of(lang: Lang, hours: &Hours) -> String {
    let clock = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
    let times = format!("{}–{}", clock(hours.from_minute), clock(hours.to_minute));
    let (names, run): ([&str; 7], &str) = match lang {
        Lang::En => (["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], "–"),
        Lang::Zh => (["周一", "周二", "周三", "周四", "周五", "周六", "周日"], "至"),
    };
    let mut days: Vec<(usize, usize)> = Vec::new();
    for day in (0..7).filter(|day| hours.weekdays >> day & 1 == 1) {
        match days.last_mut() {
            Some((_, last)) if *last + 1 == day => *last = day,
            _ => days.push((day, day)),
        }
    }
    if days == [(0, 6)] {
        return times;
    }
    let days = days.into_iter().map(|(first, last)| {
        if first == last { names[first].to_owned() } else { format!("{}{run}{}", names[first], names[last]) }
    });
    format!("{} {times}", days.collect::<Vec<_>>().join(", "))
}

pub(super) fn value(money: Option<&Money>) -> String {
    money.map(short_amount).unwrap_or_default()
}

pub(super) fn is_free(basis_points: u32) -> bool {
    basis_points >= BASIS_POINTS_WHOLE
}

pub(super) fn percent_off(lang: Lang, basis_points: u32) -> String {
    match lang {
        Lang::En => format!("{}% off", decimal(basis_points, 100)),
        Lang::Zh if is_free(basis_points) => "免费".to_owned(),
        // Chinese names what is left to pay, in tenths.
        Lang::Zh => format!("{} 折", decimal(BASIS_POINTS_WHOLE - basis_points, 1000)),
    }
}

/// A fraction in decimal notation, without needless zeros. `one` is a power of ten.
pub(super) fn decimal(value: u32, one: u32) -> String {
    let width = one.ilog10() as usize;
    let text = format!("{}.{:0width$}", value / one, value % one);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use proto::v1::{AmountOff, AmountOffEach, BuyGet, FixedPrice, PercentOff};

    use super::*;

    fn cny(minor_units: i64) -> Option<Money> {
        Some(Money { currency_code: "CNY".to_owned(), minor_units })
    }

    fn check(terms: &Terms, en: [&str; 2], zh: [&str; 2]) {
        let told = |lang| [headline(lang, terms), conditions(lang, terms).join("; ")];
        assert_eq!(told(Lang::En), en);
        assert_eq!(told(Lang::Zh), zh);
    }

    fn of(reward: Reward) -> Terms {
        Terms { reward: Some(reward), ..Terms::default() }
    }

    fn needing(need: Need, reward: Reward) -> Terms {
        let requirement = Requirement { need: Some(need), ..Requirement::default() };
        Terms { requirements: vec![requirement], ..of(reward) }
    }

    #[test]
    fn an_offer_is_told_in_the_words_of_the_language() {
        let each = |max_units| of(Reward::AmountOffEach(AmountOffEach { amount: cny(500), max_units }));
        check(&each(1), ["¥5 off", "one per purchase"], ["减 ¥5", "每单限 1 件"]);
        check(&each(3), ["¥5 off", "each, up to 3"], ["减 ¥5", "每件减，最多 3 件"]);
        let percent = |basis_points| of(Reward::PercentOff(PercentOff { basis_points, cap: cny(2000) }));
        check(&percent(1500), ["15% off", "saves at most ¥20"], ["8.5 折", "最多减 ¥20"]);
        check(&percent(1250), ["12.5% off", "saves at most ¥20"], ["8.75 折", "最多减 ¥20"]);
        check(&percent(10_000), ["100% off", "saves at most ¥20"], ["免费", "最多减 ¥20"]);
        let once = Reward::AmountOff(AmountOff { amount: cny(1050) });
        let spend = needing(Need::Spend(cny(6000).unwrap()), once);
        check(&spend, ["¥10.50 off", "when you spend ¥60"], ["减 ¥10.50", "满 ¥60 可用"]);
        let fixed = FixedPrice { price_each: cny(990), max_units: 2, cap: cny(1000) };
        check(&of(Reward::FixedPrice(fixed)), ["¥9.90 each", "up to 2"], ["每件 ¥9.90", "最多 2 件"]);
    }

    #[test]
    fn sets_are_told_as_shops_tell_them() {
        let sets = |buy, get, basis_points| {
            of(Reward::BuyGet(BuyGet { buy, get, basis_points, max_sets: 1, cap: cny(2000) }))
        };
        let (en, zh) = ("saves at most ¥20", "最多减 ¥20");
        check(&sets(2, 1, 10_000), ["Buy 2, get 1 free", en], ["买 2 送 1", zh]);
        check(&sets(1, 1, 5_000), ["2nd 50% off", en], ["第二件 5 折", zh]);
        check(&sets(3, 1, 2_000), ["Buy 3, get 1 at 20% off", en], ["买 3 件，另 1 件 8 折", zh]);
    }

    #[test]
    fn hours_and_company_are_told_too() {
        let lunch = Hours { weekdays: 31, from_minute: 660, to_minute: 840, utc_offset_minutes: 480 };
        let once = Reward::AmountOff(AmountOff { amount: cny(500) });
        let terms = Terms { hours: Some(lunch), basket_minimum: cny(3000), ..of(once) };
        check(
            &terms,
            ["¥5 off", "basket of ¥30 or more; Mon–Fri 11:00–14:00"],
            ["减 ¥5", "全单满 ¥30; 周一至周五 11:00–14:00"],
        );
    }
}
