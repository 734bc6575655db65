//! The words of single pages, each language beside the other.

use proto::v1::{CouponRefusalReason, PaymentState};

use super::{Lang, terms::Topic};
use crate::model::{Category, Order};

/// A struct of texts and its two values. Each text is given in English and in Chinese, so that none can be forgotten.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident by $lookup:ident { $($field:ident: $en:literal, $zh:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug)]
        #[allow(missing_docs, reason = "the texts say what they are")]
        pub struct $name { $(pub $field: &'static str,)* }

        impl $name {
            const EN: Self = Self { $($field: $en,)* };
            const ZH: Self = Self { $($field: $zh,)* };
        }

        impl Lang {
            $(#[$doc])*
            pub fn $lookup(self) -> &'static $name {
                match self {
                    Self::En => &$name::EN,
                    Self::Zh => &$name::ZH,
                }
            }
        }
    };
}

texts! {
    /// Words of the pages of offers and coupons.
    OfferTexts by offers {
        search: "Search offers", "搜索优惠";
        category: "Kind of goods", "商品类别";
        all: "All", "全部";
        shop: "Shop", "商户";
        every_shop: "All shops", "全部商户";
        order: "First", "排序";
        none: "No offers right now", "暂时没有优惠";
        loading: "Fetching offers…", "正在获取优惠…";
        nothing_found: "Nothing like that", "没有符合的优惠";
        nothing_found_text: "Try fewer words, or look through all offers.", "换个词试试，或查看全部优惠。";
        show_all: "Show all offers", "查看全部优惠";
        gone: "This offer is over", "优惠已结束";
        gone_text: "It ended, or all its coupons are taken.", "已到期，或已被领完。";
        clip: "Clip this coupon", "领取优惠券";
        unclip: "Give it back", "退回优惠券";
        clipped: "In your wallet", "已在钱包里";
        had: "You’ve used this one", "您已用过";
        this_week: "Ends within a week", "一周内截止";
        later: "Ends later", "一周后截止";
        not_begun: "Not yet", "尚未开始";
        saved_so_far: "Saved so far", "累计节省";
        saved_chart: "Saved in the last six months", "近六个月节省";
        nothing_saved: "What your coupons save is added up here.", "优惠券节省的金额会累计在这里。";
    }
}

texts! {
    /// Words of the pages of receipts.
    HistoryTexts by history {
        search: "Search receipts", "搜索账单";
        export: "Save as a table (CSV)", "导出表格（CSV）";
        nothing_found: "No such receipt", "没有符合的账单";
        nothing_found_text: "Search by shop, coupon, day (2026-11-24), amount or number.", "可按商户、优惠券、日期（2026-11-24）、金额或单号搜索。";
        loading: "Fetching older receipts…", "正在获取更早的账单…";
        offline: "You’re offline: receipts that this phone has seen.", "当前离线：仅显示本机已有的账单。";
        unused: "Coupons not used", "未使用的优惠券";
        no_receipt: "No such receipt here", "没有这张账单";
        no_receipt_text: "This phone doesn’t have it. Look again when you are online.", "本机没有这张账单，请联网后再看。";
        csv_heads: "Time|Shop|State|Basket total|Discounts|Paid|Refunded|Currency|Shop’s number|Payment number",
            "时间|商户|状态|商品总额|优惠|实付|已退|币种|商家单号|付款单号";
    }
}

texts! {
    /// Words of the account's pages.
    AccountTexts by account {
        title: "Account", "账户";
        number: "Wallet number", "钱包编号";
        limits: "Limits", "限额";
        language: "Language", "语言";
        theme: "Appearance", "外观";
        theme_system: "As the phone", "跟随系统";
        theme_light: "Light", "浅色";
        theme_dark: "Dark", "深色";
        security: "Security", "安全";

        devices: "Devices", "设备";
        devices_lead: "Each of them can pay with this wallet. Remove what you have lost at once.", "以下设备都可用此钱包付款，设备遗失请立即移除。";
        devices_loading: "Fetching your devices…", "正在获取设备…";
        devices_offline: "Your devices appear here once you are online.", "联网后即可查看设备。";
        this_device: "This device", "本机";
        unnamed: "Unnamed device", "未命名设备";
        remove: "Remove", "移除";
        removing_title: "Remove this device?", "移除此设备？";
        removing_text: "It can’t pay from that moment on. What it holds of your wallet is worthless.", "移除后该设备立即不能付款，其中的钱包信息随即失效。";
        removing_this: "This is the device in your hand. Without another device or the recovery code you can’t get back in.", "这是您手中的设备。若没有其他设备或恢复码，将无法再进入钱包。";
        keep: "Keep it", "保留";
        pair: "Link another device", "关联新设备";
        pair_new: "Make a new code", "重新生成";
        pair_lead: "On the new device, scan this with the camera, or open this wallet’s address and type the code.", "用新设备的相机扫描，或在新设备上打开钱包网址并输入此码。";
        pair_code: "Pairing code", "配对码";
        pair_secret: "Show it to nobody: it gives your wallet away.", "请勿给他人看：凭此码即可使用您的钱包。";

        recovery: "Recovery code", "恢复码";
        recovery_title: "Write this down", "请抄写恢复码";
        recovery_text: "If you lose this phone, this code alone brings your wallet back. It is shown only now. Keep it on paper, away from the phone.", "手机遗失时，只有恢复码能找回钱包。恢复码仅显示这一次，请抄在纸上并与手机分开保管。";
        recovery_check: "To be sure, type the last four characters", "请输入最后四位以确认";
        recovery_wrong: "That isn’t how it ends. Please look at your paper again.", "与恢复码的最后四位不符，请核对抄写的内容。";
        recovery_kept: "I have it on paper", "已抄写好";
        recovery_later: "Not now", "稍后再说";
        recovery_done: "Your recovery code is on paper. A new one makes the old one worthless.", "恢复码已抄写。生成新的恢复码后，旧码立即失效。";
        recovery_missing: "You have no recovery code on paper. If you lose this phone now, your money is gone.", "您还没有抄写恢复码。若此时遗失手机，将无法找回余额。";
        recovery_make: "Make a recovery code", "生成恢复码";
        recovery_renew: "Make a new code", "重新生成";

        link_title: "Link this device", "关联此设备";
        link_text: "On a device that has your wallet, open Account, Devices, “Link another device”, and type the code that it shows.", "在已有钱包的设备上打开“账户 > 设备 > 关联新设备”，输入显示的配对码。";
        link_go: "Link", "关联";
        recover_title: "Bring your wallet back", "找回钱包";
        recover_text: "Type your recovery code from the paper. All other devices are removed from the wallet.", "请输入抄写的恢复码。钱包的其他设备都会被移除。";
        recover_go: "Bring it back", "找回";
        recover_instead: "I have lost the other device", "其他设备已遗失";
        working: "One moment…", "请稍候…";

        close: "Close this wallet", "注销钱包";
        close_title: "Closing", "注销";
        close_lead: "For good:", "注销后无法恢复：";
        close_coupons: "Your clipped coupons are given back.", "已领的优惠券将退回。";
        close_pay: "No device can pay with it any more.", "所有设备都不能再用它付款。";
        close_receipts: "Your receipts can be read as long as this page is open. Save them as a table first.", "账单仅在本页关闭前可看，请先导出表格。";
        close_sure: "Close it for good?", "确定注销？";
        close_no: "Keep my wallet", "保留钱包";
        closed: "This wallet is closed", "钱包已注销";
        start_over: "Start over", "重新开始";
    }
}

/// Sentences with something in them.
impl Lang {
    /// What money becomes when the wallet is closed.
    pub fn close_money(self, balance: &str) -> String {
        match self {
            Self::En => {
                format!("{balance} is left. It stays yours: your wallet’s provider pays it out to you.")
            }
            Self::Zh => format!("剩余 {balance} 仍归您所有，由钱包服务商退还给您。"),
        }
    }

    /// Until when a pairing code is good.
    pub fn pair_until(self, time: &str) -> String {
        match self {
            Self::En => format!("Good until {time}, for one device."),
            Self::Zh => format!("{time} 前有效，仅限一台设备。"),
        }
    }

    /// Since when a device is linked.
    pub fn linked(self, day: &str) -> String {
        match self {
            Self::En => format!("Linked {day}"),
            Self::Zh => format!("{day}关联"),
        }
    }

    /// How many offers were found.
    pub fn offers_found(self, count: usize) -> String {
        match (self, count) {
            (Self::En, 1) => "1 offer".to_owned(),
            (Self::En, _) => format!("{count} offers"),
            (Self::Zh, _) => format!("{count} 个优惠"),
        }
    }

    /// How many coupons were not used.
    pub fn coupons_unused(self, count: usize) -> String {
        match (self, count) {
            (Self::En, 1) => "1 coupon not used".to_owned(),
            (Self::En, _) => format!("{count} coupons not used"),
            (Self::Zh, _) => format!("{count} 张优惠券未使用"),
        }
    }

    /// Who pays for a discount.
    pub fn paid_by(self, issuer: &str) -> String {
        match self {
            Self::En => format!("paid by {issuer}"),
            Self::Zh => format!("由{issuer}承担"),
        }
    }

    /// A month of a year: "Nov", "11月".
    pub fn month(self, month: u8) -> String {
        const NAMES: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        match self {
            Self::En => NAMES.get(usize::from(month).wrapping_sub(1)).copied().unwrap_or_default().to_owned(),
            Self::Zh => format!("{month}月"),
        }
    }
}

/// A kind of goods.
pub fn category_word(lang: Lang, category: Category) -> &'static str {
    let (en, zh) = match category {
        Category::Food => ("Food & drink", "食品饮料"),
        Category::Care => ("Body & beauty", "个护美妆"),
        Category::Cleaning => ("Household", "家居清洁"),
        Category::Baby => ("Baby", "母婴"),
        Category::Health => ("Health", "健康"),
        Category::Pets => ("Pets", "宠物"),
        Category::Other => ("Other", "其他"),
    };
    pick(lang, en, zh)
}

/// An order of offers.
pub fn order_word(lang: Lang, order: Order) -> &'static str {
    let (en, zh) = match order {
        Order::Newest => ("Newest", "最新"),
        Order::EndsSoon => ("Ending soon", "即将截止"),
        Order::WorthMost => ("Worth most", "优惠最大"),
    };
    pick(lang, en, zh)
}

/// What some sentences of the terms are about.
pub fn topic_word(lang: Lang, topic: Topic) -> &'static str {
    let (en, zh) = match topic {
        Topic::Get => ("What you get", "优惠内容"),
        Topic::Buy => ("What to buy", "购买要求"),
        Topic::Where => ("Where", "适用商户"),
        Topic::When => ("When", "使用时间"),
        Topic::Together => ("With other coupons", "叠加使用"),
        Topic::Return => ("If you return it", "退货说明"),
    };
    pick(lang, en, zh)
}

/// Where a payment stands.
pub fn state_word(lang: Lang, state: PaymentState) -> &'static str {
    let texts = lang.texts();
    match state {
        PaymentState::Reversed => texts.reversed,
        PaymentState::Refunded => texts.refunded,
        PaymentState::PartiallyRefunded => texts.partly_refunded,
        _ => texts.paid,
    }
}

/// How a payment ended that waited for approval and did not get it.
pub fn not_paid(lang: Lang, state: PaymentState) -> &'static str {
    let (en, zh) = match state {
        PaymentState::Rejected => ("You didn’t pay. Nothing was taken.", "您未付款，没有扣款。"),
        PaymentState::Expired => (
            "Not paid: time ran out. Please ask the cashier to scan again.",
            "未支付：已超时，请让收银员重新扫码。",
        ),
        PaymentState::Reversed => {
            ("The shop took its request back. Nothing was taken.", "商家已取消收款，没有扣款。")
        }
        _ => ("Not paid. Nothing was taken. Please ask the cashier.", "未支付，没有扣款，请询问收银员。"),
    };
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}

/// Why a coupon took nothing off.
pub fn unused_word(lang: Lang, reason: CouponRefusalReason) -> &'static str {
    let (en, zh) = match reason {
        CouponRefusalReason::NotClipped => ("You left it out of the code.", "您未放入付款码。"),
        CouponRefusalReason::Expired => ("The offer had ended.", "优惠已结束。"),
        CouponRefusalReason::NotStarted => ("The offer hadn’t begun.", "优惠尚未开始。"),
        CouponRefusalReason::WrongStore => ("This shop doesn’t take it.", "该商户不可用。"),
        CouponRefusalReason::OutsideHours => ("It holds at other hours.", "不在可用时段。"),
        CouponRefusalReason::RequirementNotMet => ("The basket was too small for it.", "整单金额未达要求。"),
        CouponRefusalReason::NotStackable => {
            ("Another coupon was used that it doesn’t go with.", "已使用不可同用的其他优惠券。")
        }
        CouponRefusalReason::ItemMismatch
        | CouponRefusalReason::AlreadyRedeemed
        | CouponRefusalReason::DiscountMismatch
        | CouponRefusalReason::Unspecified => {
            ("Not enough of its items in the basket.", "购物篮中没有足够的适用商品。")
        }
    };
    pick(lang, en, zh)
}

fn pick(lang: Lang, en: &'static str, zh: &'static str) -> &'static str {
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}
