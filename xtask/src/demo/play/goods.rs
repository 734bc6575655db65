//! What the demo's shop sells. Their places are the till's quick keys; not everything has an offer.

/// An item on the shelf.
#[derive(Debug, Clone, Copy)]
pub(super) struct Good {
    /// Its GTIN as printed on the pack.
    pub(super) gtin: &'static str,
    /// Its name in English.
    pub(super) en: &'static str,
    /// Its name in Chinese.
    pub(super) zh: &'static str,
    /// Price of one, in minor units.
    pub(super) price_minor: i64,
}

/// The bottle of the founding patent's example.
pub(super) const SHAMPOO: Good = good("6901234567892", "Silk Shampoo 500 ml", "丝滑洗发水 500 毫升", 3000);

/// Everything on sale.
pub(super) const GOODS: &[Good] = &[
    SHAMPOO,
    good("6952013000116", "Whole Milk 1 L", "全脂牛奶 1 升", 1280),
    good("6971463000125", "Dark Chocolate 100 g", "黑巧克力 100 克", 1890),
    good("6948120000132", "Jasmine Rice 5 kg", "茉莉香米 5 千克", 4990),
    good("6935207000147", "Laundry Liquid 3 L", "洗衣液 3 升", 4590),
    good("6926045000154", "Oolong Tea 500 ml", "乌龙茶 500 毫升", 550),
    good("6952013000215", "Plain Yoghurt 1 kg", "原味酸奶 1 千克", 1890),
    good("6971463000521", "Mixed Nuts 500 g", "混合坚果 500 克", 5890),
    good("6931802000711", "Eggs 10 pieces", "鲜鸡蛋 10 枚", 1480),
    // Silk
    good("6901234560718", "Silk Conditioner 500 ml", "丝滑护发素 500 毫升", 3200),
    good("6901234560725", "Lavender Body Wash 750 ml", "薰衣草沐浴露 750 毫升", 3590),
    good("6901234560732", "Citrus Body Wash 750 ml", "柑橘沐浴露 750 毫升", 3590),
    good("6901234560749", "Hand Soap 300 ml", "洗手液 300 毫升", 1250),
    // Green Valley
    good("6952013000222", "Strawberry Yoghurt 4 cups", "草莓酸奶 4 杯装", 1360),
    good("6952013000239", "Blueberry Yoghurt 4 cups", "蓝莓酸奶 4 杯装", 1360),
    good("6952013000246", "Cheese Sticks 10 pieces", "奶酪棒 10 支", 2280),
    // Harvest
    good("6948120000316", "Sunflower Oil 5 L", "葵花籽油 5 升", 7980),
    good("6948120000323", "Soy Sauce 500 ml", "生抽酱油 500 毫升", 1390),
    good("6948120000330", "Rice Vinegar 500 ml", "米醋 500 毫升", 980),
    good("6948120000347", "Beef Noodles 1 bowl", "红烧牛肉面 1 桶", 550),
    // Bright Home
    good("6935207000413", "Dish Soap 1 L", "洗洁精 1 升", 1290),
    good("6935207000420", "Tissues 12 packs", "抽纸 12 包", 2990),
    good("6935207000437", "Kitchen Towels 6 rolls", "厨房纸 6 卷", 2490),
    // Little Panda
    good("6971463000514", "Milk Chocolate 100 g", "牛奶巧克力 100 克", 1690),
    good("6971463000538", "Rice Crackers 400 g", "米饼 400 克", 1580),
    // Morning Leaf
    good("6926045000611", "Jasmine Tea 500 ml", "茉莉花茶 500 毫升", 550),
    good("6926045000628", "Lemon Tea 500 ml", "柠檬茶 500 毫升", 500),
    good("6926045000635", "Cold Brew Coffee 300 ml", "冷萃咖啡 300 毫升", 890),
    // Of makers that run no campaign
    good("6931802000728", "Sliced Bread 400 g", "切片面包 400 克", 990),
    good("6931802000735", "Toothbrushes 2 pieces", "牙刷 2 支装", 1590),
    good("6931802000742", "AA Batteries 8 pieces", "5 号电池 8 节", 2690),
    good("6931802000759", "Notebook A5", "A5 笔记本", 850),
    good("012345678905", "Peanut Butter 340 g", "花生酱 340 克", 2680),
    good("96385074", "Mints 20 g", "薄荷糖 20 克", 450),
];

const fn good(gtin: &'static str, en: &'static str, zh: &'static str, price_minor: i64) -> Good {
    Good { gtin, en, zh, price_minor }
}

/// The till's catalogue file. No name needs quoting; a test says so.
pub(super) fn catalogue() -> String {
    let rows = GOODS.iter().map(|g| format!("{},{},{},{}\n", g.gtin, g.en, g.zh, g.price_minor));
    std::iter::once("gtin,name_en,name_zh,price_minor\n".to_owned()).chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::gs1::Gtin;

    use super::*;

    #[test]
    fn every_number_is_valid_everywhere_and_there_once() {
        let numbers: BTreeSet<Gtin> = GOODS
            .iter()
            .map(|good| Gtin::parse(good.gtin).unwrap_or_else(|error| panic!("{}: {error}", good.gtin)))
            .inspect(|gtin| assert!(gtin.is_global(), "{gtin}"))
            .collect();
        assert_eq!(numbers.len(), GOODS.len());
        assert!(GOODS.len() >= 25);
    }

    #[test]
    fn the_catalogue_has_a_row_of_four_plain_fields_for_each() {
        let text = catalogue();
        assert_eq!(text.lines().count(), GOODS.len() + 1);
        for line in text.lines() {
            assert_eq!(line.split(',').count(), 4, "{line}");
            assert!(!line.contains('"'), "{line}");
        }
        assert!(text.contains("\n6901234567892,Silk Shampoo 500 ml,丝滑洗发水 500 毫升,3000\n"));
    }
}
