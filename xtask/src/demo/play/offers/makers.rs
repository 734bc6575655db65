//! Who makes what the shop sells, and their offers.

use shared::offer::{Hours, Need, Reward, Stacking, TermsParts};

use super::{Maker, PLAIN, Promise, off_each};
use crate::demo::play::goods::SHAMPOO;

/// Food/Beverage, of the GS1 Global Product Classification.
const FOOD: u32 = 50_000_000;
/// The same: Beauty/Personal Care/Hygiene.
const CARE: u32 = 53_000_000;
/// The same: Cleaning/Hygiene Products.
const CLEANING: u32 = 47_000_000;

/// As a shopper sees them, top to bottom.
pub(in super::super) const MAKERS: &[Maker] = &[
    Maker {
        name: "Silk 丝滑",
        slug: "silk",
        gpc_code: CARE,
        offers: &[
            Promise {
                title: [SHAMPOO.en, SHAMPOO.zh],
                more: ["For every day, all hair", "日常护理，各种发质适用"],
                gtins: &[SHAMPOO.gtin],
                reward: off_each(500, 1),
                days: 90,
                ..PLAIN
            },
            Promise {
                title: ["Silk Conditioner 500 ml", "丝滑护发素 500 毫升"],
                more: ["Goes with the shampoo", "与洗发水搭配使用"],
                gtins: &["6901234560718"],
                reward: off_each(400, 2),
                days: 60,
                ..PLAIN
            },
            Promise {
                title: ["Any Silk Body Wash 750 ml", "丝滑沐浴露 750 毫升"],
                more: ["Lavender or citrus", "薰衣草或柑橘香型"],
                gtins: &["6901234560725", "6901234560732"],
                reward: percent(1500, 800),
                ..PLAIN
            },
            Promise {
                title: ["The second bottle at half price", "第二瓶半价"],
                more: ["Conditioner and body wash, mix as you like", "护发素、沐浴露任意搭配"],
                gtins: &["6901234560718", "6901234560725", "6901234560732"],
                reward: Reward::BuyGet { buy: 1, get: 1, basis_points: 5_000, max_sets: 2, cap_minor: 3_600 },
                need: Need::Units(2),
                besides: |parts| in_group(parts, "silk-bottles"),
                ..PLAIN
            },
        ],
    },
    Maker {
        name: "Green Valley 绿谷",
        slug: "green-valley",
        gpc_code: FOOD,
        offers: &[
            Promise {
                title: ["Whole Milk 1 L", "全脂牛奶 1 升"],
                more: ["Stock up for the week", "一周的量，一次买齐"],
                gtins: &["6952013000116"],
                reward: off_each(150, 4),
                ..PLAIN
            },
            Promise {
                title: ["Any Green Valley Yoghurt", "绿谷酸奶任选"],
                more: ["Plain, strawberry, blueberry", "原味、草莓、蓝莓"],
                gtins: &["6952013000215", "6952013000222", "6952013000239"],
                reward: percent(2000, 600),
                days: 14,
                ..PLAIN
            },
            Promise {
                title: ["Cheese and dairy together", "奶酪与乳品组合"],
                more: ["Milk, yoghurt, cheese sticks: mix as you like", "牛奶、酸奶、奶酪棒任意搭配"],
                gtins: &["6952013000246", "6952013000116", "6952013000215", "6952013000222", "6952013000239"],
                reward: Reward::AmountOff { amount_minor: 800 },
                need: Need::Spend(5000),
                days: 60,
                ..PLAIN
            },
            Promise {
                title: ["A yoghurt for nothing", "送酸奶一份"],
                more: ["With two cartons of milk", "购两盒牛奶即送"],
                gtins: &["6952013000116"],
                rewarded: &["6952013000215", "6952013000222", "6952013000239"],
                reward: Reward::FreeItems { units: 1, cap_minor: 1_890 },
                need: Need::Units(2),
                days: 21,
                ..PLAIN
            },
        ],
    },
    Maker {
        name: "Harvest 丰禾",
        slug: "harvest",
        gpc_code: FOOD,
        offers: &[
            Promise {
                title: ["Jasmine Rice 5 kg", "茉莉香米 5 千克"],
                more: ["New harvest", "当季新米"],
                gtins: &["6948120000132"],
                reward: off_each(1000, 1),
                days: 45,
                ..PLAIN
            },
            Promise {
                title: ["Sunflower Oil 5 L", "葵花籽油 5 升"],
                more: ["Cold pressed", "物理压榨"],
                gtins: &["6948120000316"],
                reward: off_each(1200, 1),
                days: 45,
                ..PLAIN
            },
            Promise {
                title: ["Soy Sauce or Rice Vinegar", "酱油或米醋"],
                more: ["500 ml, naturally brewed", "500 毫升，自然酿造"],
                gtins: &["6948120000323", "6948120000330"],
                reward: percent(1250, 500),
                days: 60,
                ..PLAIN
            },
        ],
    },
    Maker {
        name: "Bright Home 亮家",
        slug: "bright-home",
        gpc_code: CLEANING,
        offers: &[
            Promise {
                title: ["Laundry Liquid 3 L", "洗衣液 3 升"],
                more: ["60 washes", "可洗 60 次"],
                gtins: &["6935207000147"],
                reward: off_each(900, 1),
                ..PLAIN
            },
            Promise {
                title: ["Tissues 12 packs", "抽纸 12 包"],
                more: ["Three layers, soft", "三层加厚，柔软亲肤"],
                gtins: &["6935207000420"],
                reward: off_each(300, 3),
                days: 21,
                ..PLAIN
            },
            Promise {
                title: ["Spring cleaning", "大扫除"],
                more: ["Dish soap, kitchen towels, laundry liquid", "洗洁精、厨房纸、洗衣液"],
                gtins: &["6935207000413", "6935207000437", "6935207000147"],
                reward: Reward::AmountOff { amount_minor: 1000 },
                need: Need::Spend(6000),
                days: 60,
                ..PLAIN
            },
            Promise {
                title: ["The big shop", "大采购"],
                more: ["Everything of Bright Home, with no other coupon", "亮家全系列，不与其他优惠券同享"],
                gtins: &["6935207000413", "6935207000420", "6935207000437", "6935207000147"],
                reward: percent(3000, 5000),
                besides: |parts| TermsParts {
                    basket_minimum_minor: 20_000,
                    stacking: Stacking { group: None, exclusive: true },
                    ..parts
                },
                ..PLAIN
            },
        ],
    },
    Maker {
        name: "Little Panda 小熊猫",
        slug: "little-panda",
        gpc_code: FOOD,
        offers: &[
            Promise {
                title: ["Chocolate 100 g", "巧克力 100 克"],
                more: ["Dark or milk", "黑巧克力或牛奶巧克力"],
                gtins: &["6971463000125", "6971463000514"],
                reward: percent(2500, 1000),
                days: 21,
                ..PLAIN
            },
            Promise {
                title: ["Mixed Nuts 500 g", "混合坚果 500 克"],
                more: ["Roasted, no salt added", "原味烘烤，不加盐"],
                gtins: &["6971463000521"],
                reward: off_each(600, 2),
                ..PLAIN
            },
            Promise {
                title: ["Rice Crackers at 9.90", "米饼特价 9.90"],
                more: ["Two packs at most", "限购两包"],
                gtins: &["6971463000538"],
                reward: Reward::FixedPrice { price_each_minor: 990, max_units: 2, cap_minor: 1_500 },
                days: 14,
                ..PLAIN
            },
        ],
    },
    Maker {
        name: "Morning Leaf 晨叶",
        slug: "morning-leaf",
        gpc_code: FOOD,
        offers: &[
            Promise {
                title: ["Iced tea 500 ml", "茶饮料 500 毫升"],
                more: ["Oolong, jasmine, lemon", "乌龙、茉莉、柠檬"],
                gtins: &["6926045000154", "6926045000611", "6926045000628"],
                reward: off_each(100, 6),
                ..PLAIN
            },
            Promise {
                title: ["Drinks for the whole team", "请同事喝一杯"],
                more: ["Any tea or cold brew coffee", "茶与冷萃咖啡任选"],
                gtins: &["6926045000635", "6926045000154", "6926045000611", "6926045000628"],
                reward: Reward::AmountOff { amount_minor: 500 },
                need: Need::Spend(3000),
                days: 14,
                ..PLAIN
            },
            Promise {
                title: ["Three teas for the price of two", "茶饮买二送一"],
                more: ["The cheapest of three is on us", "三瓶中最便宜的一瓶免费"],
                gtins: &["6926045000154", "6926045000611", "6926045000628"],
                reward: Reward::BuyGet {
                    buy: 2,
                    get: 1,
                    basis_points: 10_000,
                    max_sets: 3,
                    cap_minor: 1_650,
                },
                need: Need::Units(3),
                ..PLAIN
            },
            Promise {
                title: ["Coffee before noon", "早安咖啡"],
                more: ["Monday to Friday, seven to twelve", "周一至周五，七点到十二点"],
                gtins: &["6926045000635"],
                reward: off_each(300, 2),
                besides: |parts| TermsParts { hours: Some(WEEKDAY_MORNINGS), ..parts },
                ..PLAIN
            },
        ],
    },
];

/// By the clock of China.
const WEEKDAY_MORNINGS: Hours =
    Hours { weekdays: 0b001_1111, from_minute: 7 * 60, to_minute: 12 * 60, utc_offset_minutes: 8 * 60 };

const fn percent(basis_points: u32, cap_minor: i64) -> Reward {
    Reward::PercentOff { basis_points, cap_minor }
}

fn in_group(parts: TermsParts, group: &str) -> TermsParts {
    TermsParts { stacking: Stacking { group: Some(group.to_owned()), exclusive: false }, ..parts }
}
