//! An offer's terms in whole sentences: everything that they say, so that nobody meets a surprise at the till. Generated from the
//! terms themselves, so that no manufacturer's text can promise something else.

use proto::{
    convert::time_from_wire,
    v1::{
        Money, RefundPolicy, Requirement, RequirementCombination, RewardPick, Terms, requirement::Need,
        terms::Reward,
    },
};
use shared::time::UnixMillis;

use super::{
    Lang,
    offer::{decimal, hours_of, is_free, percent_off, value},
    short_amount,
};

/// Shops named in a sentence; the rest are counted.
const SHOPS_NAMED_MAX: usize = 5;
/// Item numbers named in a sentence; the rest are counted.
const ITEMS_NAMED_MAX: usize = 6;

/// What a sentence is about, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// What the shopper gets.
    Get,
    /// What must be bought.
    Buy,
    /// In which shops.
    Where,
    /// On which days and at which hours.
    When,
    /// With which other coupons.
    Together,
    /// What becomes of the coupon when the goods are given back.
    Return,
}

/// The sentences about one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// What they are about.
    pub topic: Topic,
    /// One or more sentences.
    pub lines: Vec<String>,
}

/// What the sentences need to know from outside the terms.
pub struct Known<'a> {
    /// The name of a shop by its id, where the phone knows it.
    pub shop: &'a dyn Fn(&str) -> Option<String>,
    /// A day as the reader writes it.
    pub day: &'a dyn Fn(UnixMillis) -> String,
    /// Clips that one wallet may have, ever; 0 where that is not known.
    pub per_wallet_limit: u32,
    /// Now: of a time that has begun only the end is of interest.
    pub now: UnixMillis,
}

/// All that the terms say.
pub fn clauses(lang: Lang, terms: &Terms, known: &Known<'_>) -> Vec<Clause> {
    let say = Say { lang, terms };
    let mut all = vec![
        (Topic::Get, say.reward(known.per_wallet_limit)),
        (Topic::Buy, say.requirements()),
        (Topic::Where, vec![say.shops(known.shop)]),
        (Topic::When, say.times(known)),
        (Topic::Together, vec![say.company()]),
        (Topic::Return, vec![say.on_return()]),
    ];
    all.retain(|(_, lines)| !lines.is_empty());
    all.into_iter().map(|(topic, lines)| Clause { topic, lines }).collect()
}

struct Say<'a> {
    lang: Lang,
    terms: &'a Terms,
}

impl Say<'_> {
    fn of(&self, en: impl Into<String>, zh: impl Into<String>) -> String {
        match self.lang {
            Lang::En => en.into(),
            Lang::Zh => zh.into(),
        }
    }

    fn reward(&self, per_wallet_limit: u32) -> Vec<String> {
        let Some(reward) = &self.terms.reward else { return vec![] };
        let mut lines = vec![self.gives(reward)];
        lines.extend(self.off_which(reward));
        lines.extend(self.off_whose());
        lines.extend(most(reward).map(|most| {
            let most = short_amount(&most);
            self.of(format!("Saves at most {most} in one purchase."), format!("一次购物最多省 {most}。"))
        }));
        lines.extend(match per_wallet_limit {
            0 => None,
            1 => Some(self.of("Once for each wallet.", "每个钱包限领 1 张。")),
            limit => {
                Some(self.of(
                    format!("Up to {limit} times for each wallet."),
                    format!("每个钱包限领 {limit} 张。"),
                ))
            }
        });
        lines
    }

    fn gives(&self, reward: &Reward) -> String {
        match reward {
            Reward::AmountOffEach(each) => {
                let (off, units) = (value(each.amount.as_ref()), each.max_units);
                match units {
                    1 => self.of(format!("{off} off 1 item."), format!("1 件减 {off}。")),
                    _ => self.of(
                        format!("{off} off each item, for up to {units} items."),
                        format!("每件减 {off}，最多 {units} 件。"),
                    ),
                }
            }
            Reward::AmountOff(once) => {
                let off = value(once.amount.as_ref());
                self.of(format!("{off} off once, however many you buy."), format!("立减 {off}，不论买几件。"))
            }
            Reward::PercentOff(percent) => {
                let share = percent_off(self.lang, percent.basis_points);
                self.of(format!("{share}."), format!("{share}。"))
            }
            Reward::FixedPrice(fixed) => {
                let (price, units) = (value(fixed.price_each.as_ref()), fixed.max_units);
                self.of(
                    format!("You pay {price} an item, for up to {}.", items(units)),
                    format!("每件只付 {price}，最多 {units} 件。"),
                )
            }
            Reward::FreeItems(free) => {
                let units = free.units;
                self.of(format!("{} for nothing.", capital(&items(units))), format!("免费得 {units} 件。"))
            }
            Reward::BuyGet(sets) => {
                let share = percent_off(self.lang, sets.basis_points);
                let (buy, get, most) = (sets.buy, sets.get, sets.max_sets);
                let are = if get == 1 { "is" } else { "are" };
                let (what_en, what_zh) = match is_free(sets.basis_points) {
                    true => (format!("{are} free"), "免费".to_owned()),
                    false => (format!("{are} {share}"), share.clone()),
                };
                let (times_en, times_zh) = match most {
                    1 => ("once a purchase".to_owned(), "每次购物限 1 次".to_owned()),
                    _ => (format!("up to {most} times a purchase"), format!("每次购物最多 {most} 次")),
                };
                self.of(
                    format!("For every {buy} at full price, {get} more {what_en}; {times_en}."),
                    format!("每买 {buy} 件原价，另 {get} 件{what_zh}；{times_zh}。"),
                )
            }
        }
    }

    /// Which of the units it comes off. Where that can't matter nothing is said.
    fn off_which(&self, reward: &Reward) -> Option<String> {
        let counted = match reward {
            Reward::AmountOffEach(each) => Some(each.max_units),
            Reward::FixedPrice(fixed) => Some(fixed.max_units),
            Reward::FreeItems(free) => Some(free.units),
            Reward::AmountOff(_) | Reward::PercentOff(_) => None,
            Reward::BuyGet(_) => {
                return Some(match self.terms.pick() {
                    RewardPick::Dearest => {
                        self.of("The dearest of them are the reduced ones.", "优惠用于其中价格最高的。")
                    }
                    _ => self
                        .of("The cheapest of each set are the reduced ones.", "优惠用于每组中价格最低的。"),
                });
            }
        };
        match (self.terms.pick(), counted) {
            (RewardPick::Cheapest, None | Some(1)) => {
                Some(self.of("It comes off the cheapest item.", "用于其中价格最低的一件。"))
            }
            (RewardPick::Cheapest, Some(_)) => {
                Some(self.of("The cheapest items count first.", "从价格最低的开始计算。"))
            }
            (RewardPick::Dearest, None | Some(1)) => {
                Some(self.of("It comes off the dearest item.", "用于其中价格最高的一件。"))
            }
            (RewardPick::Dearest | RewardPick::All | RewardPick::Unspecified, Some(2..)) => {
                Some(self.of("The dearest items count first.", "从价格最高的开始计算。"))
            }
            _ => None,
        }
    }

    /// The requirement whose units are rewarded, where there are several.
    fn off_whose(&self) -> Option<String> {
        let named = usize::try_from(self.terms.applies_to).ok()?.checked_sub(1)?;
        (self.terms.requirements.len() > 1).then(|| {
            let letter = letter(named);
            self.of(format!("It comes off the items of {letter}."), format!("优惠用于 {letter} 组商品。"))
        })
    }

    fn requirements(&self) -> Vec<String> {
        let all = &self.terms.requirements;
        let mut lines = Vec::new();
        if let [one] = all.as_slice() {
            lines.push(self.full_stop(&capital(&self.needs(one))));
        } else if !all.is_empty() {
            lines.push(match self.terms.combination() {
                RequirementCombination::Any => self.of("Buy one of these:", "任选其一："),
                RequirementCombination::PrimaryAndEither => {
                    self.of("Buy A, and one of the others:", "购买 A，并从其余任选其一：")
                }
                RequirementCombination::All | RequirementCombination::Unspecified => {
                    self.of("Buy all of these:", "须全部购买：")
                }
            });
            let listed = all.iter().enumerate();
            lines.extend(
                listed.map(|(place, one)| self.full_stop(&format!("{}: {}", letter(place), self.needs(one)))),
            );
        }
        if let Some(minimum) = &self.terms.basket_minimum {
            let least = short_amount(minimum);
            lines.push(self.of(
                format!("The whole basket comes to {least} or more before discounts."),
                format!("整单优惠前满 {least}。"),
            ));
        }
        lines
    }

    fn full_stop(&self, sentence: &str) -> String {
        self.of(format!("{sentence}."), format!("{sentence}。"))
    }

    /// "at least 2 items of 6901234567892"
    fn needs(&self, requirement: &Requirement) -> String {
        let named = self.items(requirement);
        match &requirement.need {
            Some(Need::Spend(least)) => {
                let least = short_amount(least);
                self.of(format!("spend {least} or more on {named}"), format!("{named} 满 {least}"))
            }
            Some(Need::WeightGrams(grams)) => {
                let kilograms = decimal(*grams, 1000);
                self.of(format!("{kilograms} kg or more of {named}"), format!("{named} 满 {kilograms} 千克"))
            }
            Some(Need::Units(0 | 1)) | None => {
                self.of(format!("1 or more of {named}"), format!("{named}，1 件起"))
            }
            Some(Need::Units(units)) => {
                self.of(format!("{units} or more of {named}"), format!("{named}，{units} 件起"))
            }
        }
    }

    /// The items by the numbers under their barcodes, which shoppers can find on the pack.
    fn items(&self, requirement: &Requirement) -> String {
        let numbers = &requirement.gtins;
        let named = &numbers[..numbers.len().min(ITEMS_NAMED_MAX)];
        let more = numbers.len() - named.len();
        let mut parts = Vec::new();
        if !named.is_empty() {
            let list = named.join(self.comma());
            parts.push(match more {
                0 => self.of(format!("item {list}"), format!("商品 {list}")),
                _ => self.of(
                    format!("item {list} and {more} others"),
                    format!("商品 {list} 等 {} 种", numbers.len()),
                ),
            });
        }
        if !requirement.company_prefixes.is_empty() {
            let list = requirement.company_prefixes.join(self.comma());
            parts.push(self.of(
                format!("any item whose number begins with {list}"),
                format!("编号以 {list} 开头的任意商品"),
            ));
        }
        parts.join(&self.of(" or ", "或"))
    }

    fn comma(&self) -> &'static str {
        match self.lang {
            Lang::En => ", ",
            Lang::Zh => "、",
        }
    }

    fn shops(&self, name: &dyn Fn(&str) -> Option<String>) -> String {
        let (shops, branches) = (&self.terms.merchant_ids, self.terms.branch_glns.len());
        let named: Vec<String> = shops.iter().filter_map(|id| name(id)).take(SHOPS_NAMED_MAX).collect();
        let rest = shops.len() - named.len();
        let mut parts = Vec::new();
        if !named.is_empty() {
            parts.push(named.join(self.comma()));
        }
        if rest > 0 {
            let more = !named.is_empty();
            let (shops_en, more_en) =
                (if rest == 1 { "shop" } else { "shops" }, if more { "more" } else { "selected" });
            let more_zh = if more { "另" } else { "指定的" };
            parts.push(self.of(format!("{rest} {more_en} {shops_en}"), format!("{more_zh} {rest} 家商户")));
        }
        if branches > 0 {
            let branch = if branches == 1 { "branch" } else { "branches" };
            parts.push(self.of(format!("{branches} selected {branch}"), format!("指定的 {branches} 家门店")));
        }
        match parts.as_slice() {
            [] => self.of("In every shop that takes this wallet.", "所有支持本钱包的商户均可使用。"),
            parts => {
                let list = parts.join(&self.of(" and ", "和"));
                self.of(format!("Only in {list}."), format!("仅限{list}。"))
            }
        }
    }

    fn times(&self, known: &Known<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        let from = time_from_wire("starts_at", self.terms.starts_at.as_ref());
        let to = time_from_wire("ends_at", self.terms.ends_at.as_ref());
        if let (Ok(from), Ok(to)) = (from, to) {
            let (begun, from, to) = (from <= known.now, (known.day)(from), (known.day)(to.plus_ms(-1)));
            lines.push(match begun {
                true => self.of(format!("Until {to}."), format!("{to}截止。")),
                false => self.of(format!("From {from} to {to}."), format!("{from}至{to}。")),
            });
        }
        if let Some(hours) = &self.terms.hours {
            let hours = hours_of(self.lang, hours);
            lines.push(
                self.of(
                    format!("{hours} by the shop’s clock."),
                    format!("{hours}（以商户所在地时间为准）。"),
                ),
            );
        }
        lines
    }

    fn company(&self) -> String {
        match &self.terms.stacking {
            Some(stacking) if stacking.exclusive => {
                self.of("Not together with any other coupon.", "不可与其他优惠券同时使用。")
            }
            Some(stacking) if !stacking.group.is_empty() => {
                let group = &stacking.group;
                self.of(
                    format!(
                        "One coupon of the group “{group}” a purchase; others may join. No item counts twice."
                    ),
                    format!("每次购物“{group}”组限用 1 张，可与其他优惠券同用；每件商品只计一次。"),
                )
            }
            _ => self.of(
                "Goes with other coupons. No item counts twice.",
                "可与其他优惠券同用；每件商品只计一次。",
            ),
        }
    }

    fn on_return(&self) -> String {
        match self.terms.refund_policy() {
            RefundPolicy::Restore => self.of(
                "If you return everything, the coupon comes back while the offer runs.",
                "全部退货后，优惠期内退回优惠券。",
            ),
            RefundPolicy::RestoreIfValid | RefundPolicy::Unspecified => self.of(
                "If you return everything, the coupon comes back, unless the offer was stopped by then.",
                "全部退货后退回优惠券；届时优惠已停止的除外。",
            ),
            RefundPolicy::Burn => {
                self.of("If you return it, the coupon stays used.", "退货后，优惠券不退回。")
            }
        }
    }
}

/// The most that one purchase saves, as the reward states it.
pub fn most(reward: &Reward) -> Option<Money> {
    match reward {
        Reward::AmountOffEach(each) => {
            let amount = each.amount.clone()?;
            let minor_units = amount.minor_units.checked_mul(i64::from(each.max_units))?;
            Some(Money { minor_units, ..amount })
        }
        Reward::AmountOff(once) => once.amount.clone(),
        Reward::PercentOff(percent) => percent.cap.clone(),
        Reward::FixedPrice(fixed) => fixed.cap.clone(),
        Reward::FreeItems(free) => free.cap.clone(),
        Reward::BuyGet(sets) => sets.cap.clone(),
    }
}

fn items(units: u32) -> String {
    if units == 1 { "1 item".to_owned() } else { format!("{units} items") }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Requirements are lettered, so that a sentence can point at one.
fn letter(place: usize) -> char {
    ['A', 'B', 'C'].get(place).copied().unwrap_or('?')
}

#[cfg(test)]
mod tests;
