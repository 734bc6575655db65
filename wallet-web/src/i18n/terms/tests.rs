//! One table: terms, and every sentence about them in both languages.

use proto::{
    convert::time_to_wire,
    v1::{AmountOff, AmountOffEach, BuyGet, FixedPrice, FreeItems, Hours, PercentOff, Stacking},
};

use super::*;

const SHAMPOO: &str = "6901234567892";
const SOAP: &str = "6922222222227";

fn cny(minor_units: i64) -> Option<Money> {
    Some(Money { currency_code: "CNY".to_owned(), minor_units })
}

fn buying(gtin: &str, need: Need) -> Requirement {
    Requirement { gtins: vec![gtin.to_owned()], company_prefixes: vec![], need: Some(need) }
}

/// One shampoo, from the day 0 to the end of day 9.
fn one(reward: Reward) -> Terms {
    Terms {
        requirements: vec![buying(SHAMPOO, Need::Units(1))],
        reward: Some(reward),
        starts_at: Some(time_to_wire(UnixMillis(0))),
        ends_at: Some(time_to_wire(UnixMillis(10 * 86_400_000))),
        ..Terms::default()
    }
}

fn each(max_units: u32) -> Reward {
    Reward::AmountOffEach(AmountOffEach { amount: cny(500), max_units })
}

/// The sentences of one topic, joined.
fn check(terms: &Terms, topic: Topic, en: &str, zh: &str) {
    check_with(0, terms, topic, en, zh);
}

/// The same of an offer that one wallet may clip so many times.
fn check_with(per_wallet_limit: u32, terms: &Terms, topic: Topic, en: &str, zh: &str) {
    let shop = |id: &str| (id == "M1001").then(|| "Corner Market".to_owned());
    let day = |at: UnixMillis| format!("day {}", at.0.div_euclid(86_400_000));
    let known = Known { shop: &shop, day: &day, per_wallet_limit, now: UnixMillis(0) };
    let told = |lang| {
        let all = clauses(lang, terms, &known);
        all.into_iter()
            .find(|clause| clause.topic == topic)
            .map(|clause| clause.lines.join(" "))
            .unwrap_or_default()
    };
    assert_eq!(told(Lang::En), en);
    assert_eq!(told(Lang::Zh), zh);
}

#[test]
fn how_often_one_wallet_gets_it() {
    let get = |limit, en: &str, zh: &str| check_with(limit, &one(each(1)), Topic::Get, en, zh);
    get(
        1,
        "¥5 off 1 item. Saves at most ¥5 in one purchase. Once for each wallet.",
        "1 件减 ¥5。 一次购物最多省 ¥5。 每个钱包限领 1 张。",
    );
    get(
        3,
        "¥5 off 1 item. Saves at most ¥5 in one purchase. Up to 3 times for each wallet.",
        "1 件减 ¥5。 一次购物最多省 ¥5。 每个钱包限领 3 张。",
    );
}

#[test]
fn what_the_shopper_gets() {
    let get = |terms: Terms, en: &str, zh: &str| check(&terms, Topic::Get, en, zh);
    get(one(each(1)), "¥5 off 1 item. Saves at most ¥5 in one purchase.", "1 件减 ¥5。 一次购物最多省 ¥5。");
    get(
        one(each(3)),
        "¥5 off each item, for up to 3 items. The dearest items count first. Saves at most ¥15 in one purchase.",
        "每件减 ¥5，最多 3 件。 从价格最高的开始计算。 一次购物最多省 ¥15。",
    );
    get(
        one(Reward::AmountOff(AmountOff { amount: cny(1050) })),
        "¥10.50 off once, however many you buy. Saves at most ¥10.50 in one purchase.",
        "立减 ¥10.50，不论买几件。 一次购物最多省 ¥10.50。",
    );
    let percent = Reward::PercentOff(PercentOff { basis_points: 1500, cap: cny(2000) });
    get(one(percent.clone()), "15% off. Saves at most ¥20 in one purchase.", "8.5 折。 一次购物最多省 ¥20。");
    get(
        Terms { pick: RewardPick::Cheapest.into(), ..one(percent.clone()) },
        "15% off. It comes off the cheapest item. Saves at most ¥20 in one purchase.",
        "8.5 折。 用于其中价格最低的一件。 一次购物最多省 ¥20。",
    );
    get(
        Terms { pick: RewardPick::Dearest.into(), ..one(percent) },
        "15% off. It comes off the dearest item. Saves at most ¥20 in one purchase.",
        "8.5 折。 用于其中价格最高的一件。 一次购物最多省 ¥20。",
    );
    get(
        one(Reward::FixedPrice(FixedPrice { price_each: cny(990), max_units: 2, cap: cny(1000) })),
        "You pay ¥9.90 an item, for up to 2 items. The dearest items count first. Saves at most ¥10 in one purchase.",
        "每件只付 ¥9.90，最多 2 件。 从价格最高的开始计算。 一次购物最多省 ¥10。",
    );
    get(
        one(Reward::FreeItems(FreeItems { units: 1, cap: cny(3000) })),
        "1 item for nothing. Saves at most ¥30 in one purchase.",
        "免费得 1 件。 一次购物最多省 ¥30。",
    );
    get(
        Terms {
            pick: RewardPick::Cheapest.into(),
            ..one(Reward::FreeItems(FreeItems { units: 2, cap: cny(3000) }))
        },
        "2 items for nothing. The cheapest items count first. Saves at most ¥30 in one purchase.",
        "免费得 2 件。 从价格最低的开始计算。 一次购物最多省 ¥30。",
    );
    let sets = |buy, get, basis_points, max_sets| {
        one(Reward::BuyGet(BuyGet { buy, get, basis_points, max_sets, cap: cny(2000) }))
    };
    get(
        sets(2, 1, 10_000, 1),
        "For every 2 at full price, 1 more is free; once a purchase. The cheapest of each set are the reduced ones. \
         Saves at most ¥20 in one purchase.",
        "每买 2 件原价，另 1 件免费；每次购物限 1 次。 优惠用于每组中价格最低的。 一次购物最多省 ¥20。",
    );
    get(
        sets(3, 2, 5_000, 4),
        "For every 3 at full price, 2 more are 50% off; up to 4 times a purchase. The cheapest of each set are the reduced \
         ones. Saves at most ¥20 in one purchase.",
        "每买 3 件原价，另 2 件5 折；每次购物最多 4 次。 优惠用于每组中价格最低的。 一次购物最多省 ¥20。",
    );
}

#[test]
fn what_must_be_bought() {
    let buy = |terms: Terms, en: &str, zh: &str| check(&terms, Topic::Buy, en, zh);
    buy(one(each(1)), "1 or more of item 6901234567892.", "商品 6901234567892，1 件起。");
    let needing = |need| Terms { requirements: vec![buying(SHAMPOO, need)], ..one(each(1)) };
    buy(needing(Need::Units(3)), "3 or more of item 6901234567892.", "商品 6901234567892，3 件起。");
    buy(
        needing(Need::Spend(cny(6000).unwrap())),
        "Spend ¥60 or more on item 6901234567892.",
        "商品 6901234567892 满 ¥60。",
    );
    buy(
        needing(Need::WeightGrams(1500)),
        "1.5 kg or more of item 6901234567892.",
        "商品 6901234567892 满 1.5 千克。",
    );
    let many = Requirement {
        gtins: (1..=8).map(|n| n.to_string()).collect(),
        company_prefixes: vec!["690123".to_owned()],
        need: Some(Need::Units(1)),
    };
    buy(
        Terms { requirements: vec![many], ..one(each(1)) },
        "1 or more of item 1, 2, 3, 4, 5, 6 and 2 others or any item whose number begins with 690123.",
        "商品 1、2、3、4、5、6 等 8 种或编号以 690123 开头的任意商品，1 件起。",
    );
    let two = |combination: RequirementCombination| Terms {
        requirements: vec![buying(SHAMPOO, Need::Units(1)), buying(SOAP, Need::Units(2))],
        combination: combination.into(),
        basket_minimum: cny(3000),
        ..one(each(1))
    };
    let (a, b) = ("A: 1 or more of item 6901234567892.", "B: 2 or more of item 6922222222227.");
    let (a_zh, b_zh) = ("A: 商品 6901234567892，1 件起。", "B: 商品 6922222222227，2 件起。");
    let (min, min_zh) = ("The whole basket comes to ¥30 or more before discounts.", "整单优惠前满 ¥30。");
    for (combination, en, zh) in [
        (RequirementCombination::Unspecified, "Buy all of these:", "须全部购买："),
        (RequirementCombination::All, "Buy all of these:", "须全部购买："),
        (RequirementCombination::Any, "Buy one of these:", "任选其一："),
        (
            RequirementCombination::PrimaryAndEither,
            "Buy A, and one of the others:",
            "购买 A，并从其余任选其一：",
        ),
    ] {
        buy(two(combination), &format!("{en} {a} {b} {min}"), &format!("{zh} {a_zh} {b_zh} {min_zh}"));
    }
    check(
        &Terms { applies_to: 2, ..two(RequirementCombination::All) },
        Topic::Get,
        "¥5 off 1 item. It comes off the items of B. Saves at most ¥5 in one purchase.",
        "1 件减 ¥5。 优惠用于 B 组商品。 一次购物最多省 ¥5。",
    );
}

#[test]
fn where_and_when() {
    let at = |shops: &[&str], branches: usize| Terms {
        merchant_ids: shops.iter().map(|id| (*id).to_owned()).collect(),
        branch_glns: vec!["4012345000009".to_owned(); branches],
        ..one(each(1))
    };
    let places = |terms: Terms, en: &str, zh: &str| check(&terms, Topic::Where, en, zh);
    places(at(&[], 0), "In every shop that takes this wallet.", "所有支持本钱包的商户均可使用。");
    places(at(&["M1001"], 0), "Only in Corner Market.", "仅限Corner Market。");
    places(
        at(&["M1001", "M7"], 0),
        "Only in Corner Market and 1 more shop.",
        "仅限Corner Market和另 1 家商户。",
    );
    places(at(&["M7", "M8"], 0), "Only in 2 selected shops.", "仅限指定的 2 家商户。");
    places(
        at(&["M1001"], 1),
        "Only in Corner Market and 1 selected branch.",
        "仅限Corner Market和指定的 1 家门店。",
    );
    places(at(&[], 3), "Only in 3 selected branches.", "仅限指定的 3 家门店。");

    let lunch = Hours { weekdays: 31, from_minute: 660, to_minute: 840, utc_offset_minutes: 480 };
    check(&one(each(1)), Topic::When, "Until day 9.", "day 9截止。");
    let tomorrow = Some(time_to_wire(UnixMillis(86_400_000)));
    check(
        &Terms { starts_at: tomorrow, ..one(each(1)) },
        Topic::When,
        "From day 1 to day 9.",
        "day 1至day 9。",
    );
    check(
        &Terms { hours: Some(lunch), ..one(each(1)) },
        Topic::When,
        "Until day 9. Mon–Fri 11:00–14:00 by the shop’s clock.",
        "day 9截止。 周一至周五 11:00–14:00（以商户所在地时间为准）。",
    );
}

#[test]
fn with_what_and_what_if_it_comes_back() {
    let with = |group: &str, exclusive| Terms {
        stacking: Some(Stacking { group: group.to_owned(), exclusive }),
        ..one(each(1))
    };
    let company = |terms: Terms, en: &str, zh: &str| check(&terms, Topic::Together, en, zh);
    company(
        one(each(1)),
        "Goes with other coupons. No item counts twice.",
        "可与其他优惠券同用；每件商品只计一次。",
    );
    company(with("", true), "Not together with any other coupon.", "不可与其他优惠券同时使用。");
    company(
        with("dairy", false),
        "One coupon of the group “dairy” a purchase; others may join. No item counts twice.",
        "每次购物“dairy”组限用 1 张，可与其他优惠券同用；每件商品只计一次。",
    );
    let back = |policy: RefundPolicy, en: &str, zh: &str| {
        check(&Terms { refund_policy: policy.into(), ..one(each(1)) }, Topic::Return, en, zh);
    };
    let if_valid = "If you return everything, the coupon comes back, unless the offer was stopped by then.";
    let if_valid_zh = "全部退货后退回优惠券；届时优惠已停止的除外。";
    back(RefundPolicy::Unspecified, if_valid, if_valid_zh);
    back(RefundPolicy::RestoreIfValid, if_valid, if_valid_zh);
    back(
        RefundPolicy::Restore,
        "If you return everything, the coupon comes back while the offer runs.",
        "全部退货后，优惠期内退回优惠券。",
    );
    back(RefundPolicy::Burn, "If you return it, the coupon stays used.", "退货后，优惠券不退回。");
}
