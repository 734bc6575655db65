//! The demo's manufacturers and what they promise.

use proto::{
    convert::terms_to_wire,
    v1::{CreateCampaignRequest, LocalizedText},
};
use shared::{
    gs1::{Gtin, GtinError},
    money::Currency,
    offer::{Need, Reward, Terms, TermsParts},
    time::UnixMillis,
};

use super::goods::SHAMPOO;
use crate::shell::Outcome;

/// A manufacturer with its offers.
#[derive(Debug)]
pub(super) struct Maker {
    /// Its name as shoppers see it.
    pub(super) name: &'static str,
    /// Its name in files.
    pub(super) slug: &'static str,
    /// Its offers.
    pub(super) offers: &'static [Promise],
}

/// An offer: title and one more line, each in English and Chinese, the items, the reward, the days it runs.
#[derive(Debug)]
pub(super) struct Promise {
    title: [&'static str; 2],
    more: [&'static str; 2],
    gtins: &'static [&'static str],
    reward: Reward,
    need: Need,
    days: i64,
}

/// Coupons that each campaign's budget pays for at their worst.
const COUPONS_FUNDED: i64 = 1_000;
/// A coupon that was used, or lost with a closed browser, is no reason to start the demo over.
const CLIPS_PER_WALLET: u32 = 20;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// As a shopper sees them, top to bottom.
pub(super) const MAKERS: &[Maker] = &[
    Maker {
        name: "Silk 丝滑",
        slug: "silk",
        offers: &[
            Promise {
                title: [SHAMPOO.en, SHAMPOO.zh],
                more: ["For every day, all hair", "日常护理，各种发质适用"],
                gtins: &[SHAMPOO.gtin],
                reward: off_each(500, 1),
                need: Need::Units(1),
                days: 90,
            },
            Promise {
                title: ["Silk Conditioner 500 ml", "丝滑护发素 500 毫升"],
                more: ["Goes with the shampoo", "与洗发水搭配使用"],
                gtins: &["6901234560718"],
                reward: off_each(400, 2),
                need: Need::Units(1),
                days: 60,
            },
            Promise {
                title: ["Any Silk Body Wash 750 ml", "丝滑沐浴露 750 毫升"],
                more: ["Lavender or citrus", "薰衣草或柑橘香型"],
                gtins: &["6901234560725", "6901234560732"],
                reward: percent(1500, 800),
                need: Need::Units(1),
                days: 30,
            },
        ],
    },
    Maker {
        name: "Green Valley 绿谷",
        slug: "green-valley",
        offers: &[
            Promise {
                title: ["Whole Milk 1 L", "全脂牛奶 1 升"],
                more: ["Stock up for the week", "一周的量，一次买齐"],
                gtins: &["6952013000116"],
                reward: off_each(150, 4),
                need: Need::Units(1),
                days: 30,
            },
            Promise {
                title: ["Any Green Valley Yoghurt", "绿谷酸奶任选"],
                more: ["Plain, strawberry, blueberry", "原味、草莓、蓝莓"],
                gtins: &["6952013000215", "6952013000222", "6952013000239"],
                reward: percent(2000, 600),
                need: Need::Units(1),
                days: 14,
            },
            Promise {
                title: ["Cheese and dairy together", "奶酪与乳品组合"],
                more: ["Milk, yoghurt, cheese sticks: mix as you like", "牛奶、酸奶、奶酪棒任意搭配"],
                gtins: &["6952013000246", "6952013000116", "6952013000215", "6952013000222", "6952013000239"],
                reward: Reward::AmountOff { amount_minor: 800 },
                need: Need::Spend(5000),
                days: 60,
            },
        ],
    },
    Maker {
        name: "Harvest 丰禾",
        slug: "harvest",
        offers: &[
            Promise {
                title: ["Jasmine Rice 5 kg", "茉莉香米 5 千克"],
                more: ["New harvest", "当季新米"],
                gtins: &["6948120000132"],
                reward: off_each(1000, 1),
                need: Need::Units(1),
                days: 45,
            },
            Promise {
                title: ["Sunflower Oil 5 L", "葵花籽油 5 升"],
                more: ["Cold pressed", "物理压榨"],
                gtins: &["6948120000316"],
                reward: off_each(1200, 1),
                need: Need::Units(1),
                days: 45,
            },
            Promise {
                title: ["Soy Sauce or Rice Vinegar", "酱油或米醋"],
                more: ["500 ml, naturally brewed", "500 毫升，自然酿造"],
                gtins: &["6948120000323", "6948120000330"],
                reward: percent(1250, 500),
                need: Need::Units(1),
                days: 60,
            },
        ],
    },
    Maker {
        name: "Bright Home 亮家",
        slug: "bright-home",
        offers: &[
            Promise {
                title: ["Laundry Liquid 3 L", "洗衣液 3 升"],
                more: ["60 washes", "可洗 60 次"],
                gtins: &["6935207000147"],
                reward: off_each(900, 1),
                need: Need::Units(1),
                days: 30,
            },
            Promise {
                title: ["Tissues 12 packs", "抽纸 12 包"],
                more: ["Three layers, soft", "三层加厚，柔软亲肤"],
                gtins: &["6935207000420"],
                reward: off_each(300, 3),
                need: Need::Units(1),
                days: 21,
            },
            Promise {
                title: ["Spring cleaning", "大扫除"],
                more: ["Dish soap, kitchen towels, laundry liquid", "洗洁精、厨房纸、洗衣液"],
                gtins: &["6935207000413", "6935207000437", "6935207000147"],
                reward: Reward::AmountOff { amount_minor: 1000 },
                need: Need::Spend(6000),
                days: 60,
            },
        ],
    },
    Maker {
        name: "Little Panda 小熊猫",
        slug: "little-panda",
        offers: &[
            Promise {
                title: ["Chocolate 100 g", "巧克力 100 克"],
                more: ["Dark or milk", "黑巧克力或牛奶巧克力"],
                gtins: &["6971463000125", "6971463000514"],
                reward: percent(2500, 1000),
                need: Need::Units(1),
                days: 21,
            },
            Promise {
                title: ["Mixed Nuts 500 g", "混合坚果 500 克"],
                more: ["Roasted, no salt added", "原味烘烤，不加盐"],
                gtins: &["6971463000521"],
                reward: off_each(600, 2),
                need: Need::Units(1),
                days: 30,
            },
        ],
    },
    Maker {
        name: "Morning Leaf 晨叶",
        slug: "morning-leaf",
        offers: &[
            Promise {
                title: ["Iced tea 500 ml", "茶饮料 500 毫升"],
                more: ["Oolong, jasmine, lemon", "乌龙、茉莉、柠檬"],
                gtins: &["6926045000154", "6926045000611", "6926045000628"],
                reward: off_each(100, 6),
                need: Need::Units(1),
                days: 30,
            },
            Promise {
                title: ["Drinks for the whole team", "请同事喝一杯"],
                more: ["Any tea or cold brew coffee", "茶与冷萃咖啡任选"],
                gtins: &["6926045000635", "6926045000154", "6926045000611", "6926045000628"],
                reward: Reward::AmountOff { amount_minor: 500 },
                need: Need::Spend(3000),
                days: 14,
            },
        ],
    },
];

const fn off_each(amount_minor: i64, max_units: u32) -> Reward {
    Reward::AmountOffEach { amount_minor, max_units }
}

const fn percent(basis_points: u32, cap_minor: i64) -> Reward {
    Reward::PercentOff { basis_points, cap_minor }
}

impl Promise {
    /// What names it, in English.
    pub(super) fn title(&self) -> &'static str {
        self.title[0]
    }

    /// The terms of a campaign that begins now.
    pub(super) fn terms(&self, now: UnixMillis) -> Outcome<Terms> {
        let gtins: Result<Vec<Gtin>, GtinError> = self.gtins.iter().map(|text| Gtin::parse(text)).collect();
        // From the hour before: the provider's clock may be a little behind.
        let starts_at = now.plus_ms(-DAY_MS / 24);
        let ends_at = now.plus_ms(self.days * DAY_MS);
        let parts = TermsParts::new(Currency::CNY, gtins?, self.reward, starts_at, ends_at);
        Ok(Terms::try_from(parts.needing(self.need))?)
    }

    /// The campaign with these terms.
    pub(super) fn campaign(&self, terms: &Terms) -> CreateCampaignRequest {
        let text = |[en, zh]: [&str; 2]| Some(LocalizedText { en: en.to_owned(), zh: zh.to_owned() });
        CreateCampaignRequest {
            title: text(self.title),
            description: text(self.more),
            terms: Some(terms_to_wire(terms)),
            per_wallet_limit: CLIPS_PER_WALLET,
            total_circulation: 0,
            image_url: String::new(),
            gpc_code: 0,
        }
    }
}

/// What a campaign with these terms is funded with, in minor units.
pub(super) fn budget_minor(terms: &Terms) -> i64 {
    terms.worst_case_minor().saturating_mul(COUPONS_FUNDED)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{
        super::{goods::GOODS, screen::EXAMPLES},
        *,
    };

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn promises() -> impl Iterator<Item = &'static Promise> {
        MAKERS.iter().flat_map(|maker| maker.offers)
    }

    #[test]
    fn every_offer_has_terms_that_the_rules_take_and_a_name_of_its_own() {
        for promise in promises() {
            let terms = promise.terms(NOW).unwrap_or_else(|error| panic!("{}: {error}", promise.title()));
            assert!(budget_minor(&terms) > 0);
            assert!(promise.title.iter().chain(&promise.more).all(|text| !text.is_empty()));
        }
        let titles: BTreeSet<_> = promises().map(Promise::title).collect();
        assert_eq!(titles.len(), promises().count());
        let slugs: BTreeSet<_> = MAKERS.iter().map(|maker| maker.slug).collect();
        assert_eq!(slugs.len(), MAKERS.len());
    }

    #[test]
    fn there_is_enough_of_everything() {
        assert!(MAKERS.len() >= 4);
        assert!(promises().count() >= 12);
        let of_kind = |is: fn(&Reward) -> bool| promises().filter(|promise| is(&promise.reward)).count();
        assert!(of_kind(|reward| matches!(reward, Reward::AmountOffEach { .. })) >= 3);
        assert!(of_kind(|reward| matches!(reward, Reward::PercentOff { .. })) >= 3);
        assert!(of_kind(|reward| matches!(reward, Reward::AmountOff { .. })) >= 3);
    }

    #[test]
    fn the_shop_sells_every_item_of_every_offer_and_more() {
        let sold: BTreeSet<_> = GOODS.iter().map(|good| good.gtin).collect();
        let promised: BTreeSet<_> = promises().flat_map(|promise| promise.gtins).copied().collect();
        assert!(promised.is_subset(&sold), "{:?}", promised.difference(&sold));
        assert!(promised.len() < sold.len());
    }

    #[test]
    fn the_items_that_the_guide_names_have_offers() {
        for good in &GOODS[..EXAMPLES] {
            assert!(promises().any(|promise| promise.gtins.contains(&good.gtin)), "{}", good.en);
        }
    }

    #[test]
    fn the_first_offer_is_the_patents_example() {
        let first = &MAKERS[0].offers[0];
        assert_eq!((SHAMPOO.price_minor, first.gtins), (3000, [SHAMPOO.gtin].as_slice()));
        assert_eq!(first.reward, off_each(500, 1));
    }
}
