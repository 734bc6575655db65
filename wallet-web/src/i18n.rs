//! What the wallet says, in both its languages. Every text is a field that each language must fill in, so none can be
//! forgotten; what has a number or name in it is a method.

mod en;
mod money;
mod offer;
mod pages;
mod problem;
mod terms;
mod zh;

pub use money::{amount, short_amount};
pub use offer::{conditions, headline, hours_of};
pub use pages::{
    AccountTexts, HistoryTexts, OfferTexts, category_word, not_paid, order_word, state_word, topic_word,
    unused_word,
};
pub use problem::{declined, problem};
pub use terms::{Clause, Known, Topic, clauses, most};

/// A language of the wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// The language for a tag such as "zh-Hans-CN"; English for what is not spoken here.
    pub fn from_tag(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("zh") { Self::Zh } else { Self::En }
    }

    /// Its tag, as `lang` attributes and storage have it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-Hans",
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::En => Self::Zh,
            Self::Zh => Self::En,
        }
    }

    /// All its texts.
    pub fn texts(self) -> &'static Texts {
        match self {
            Self::En => &en::TEXTS,
            Self::Zh => &zh::TEXTS,
        }
    }

    /// What is said on the first screen, apart from the texts of all pages, which weigh more than the program that draws it.
    pub fn first(self) -> First {
        match self {
            Self::En => en::FIRST,
            Self::Zh => zh::FIRST,
        }
    }

    /// Of a text in both languages, the one in this; the other where this is missing.
    pub fn pick(self, text: Option<&proto::v1::LocalizedText>) -> &str {
        let Some(text) = text else { return "" };
        let (first, second) = match self {
            Self::En => (&text.en, &text.zh),
            Self::Zh => (&text.zh, &text.en),
        };
        if first.is_empty() { second } else { first }
    }
}

/// The texts of the first screen: the Pay screen, or the welcome.
#[derive(Debug, Clone, Copy)]
pub struct First {
    /// The page's name.
    pub pay: &'static str,
    /// What the code is, for who can't see it.
    pub code_label: &'static str,
    /// The other language, in that language.
    pub other_language: &'static str,
    /// What a wallet is, in two lines.
    pub welcome_title: &'static str,
    /// The same in a sentence.
    pub welcome_text: &'static str,
    /// Opens a wallet.
    pub welcome_open: &'static str,
    /// Joins the one that there is.
    pub have_wallet: &'static str,
    /// Where its key is.
    pub welcome_key: &'static str,
}

/// The texts of one language.
#[derive(Debug)]
#[allow(missing_docs, reason = "the texts say what they are")]
pub struct Texts {
    pub language_of_the_other: &'static str,

    pub welcome_opening: &'static str,

    pub tab_pay: &'static str,
    pub tab_offers: &'static str,
    pub tab_coupons: &'static str,
    pub tab_receipts: &'static str,

    pub balance: &'static str,
    pub offline: &'static str,
    pub demo: &'static str,
    pub close: &'static str,
    pub back: &'static str,
    pub pages: &'static str,
    pub disk_full: &'static str,
    pub version_ready: &'static str,
    pub version_take: &'static str,
    pub version_taken: &'static str,

    pub offers_lead: &'static str,
    pub offers_empty: &'static str,
    pub offers_empty_offline: &'static str,
    pub clip: &'static str,
    pub clipped: &'static str,
    pub had: &'static str,
    pub selected_shops: &'static str,
    pub ends_today: &'static str,

    pub coupons_empty: &'static str,
    pub coupons_empty_text: &'static str,
    pub see_offers: &'static str,
    pub remove: &'static str,
    pub up_to_save: &'static str,

    pub pay_code_label: &'static str,
    pub pay_save_up_to: &'static str,
    pub pay_no_coupons: &'static str,
    pub pay_new_code: &'static str,
    pub pay_barcode: &'static str,
    pub pay_qr: &'static str,
    pub pay_barcode_title: &'static str,
    pub pay_barcode_text: &'static str,
    pub pay_barcode_offline: &'static str,
    pub pay_pin: &'static str,
    pub pay_alone: &'static str,
    pub pay_in_code: &'static str,
    pub pay_left_out: &'static str,
    pub pay_no_room: &'static str,
    pub pay_excluded: &'static str,
    pub pay_expired: &'static str,
    pub pay_unreadable: &'static str,
    pub pay_no_tokens: &'static str,
    pub pay_no_tokens_text: &'static str,
    pub pay_frozen: &'static str,
    pub pay_frozen_text: &'static str,
    pub copy_code: &'static str,
    pub copy_note: &'static str,
    pub copied: &'static str,

    pub approve_title: &'static str,
    pub approve_question: &'static str,
    pub approve_no: &'static str,
    pub approve_hold: &'static str,
    pub approve_let_go: &'static str,
    pub approve_sending: &'static str,
    pub approve_unsent: &'static str,

    pub paid: &'static str,
    pub refunded: &'static str,
    pub partly_refunded: &'static str,
    pub receipt_refund: &'static str,
    pub reversed: &'static str,
    pub done: &'static str,
    pub show_receipt: &'static str,

    pub settings: &'static str,
    pub limits_lead: &'static str,
    pub limit_payment: &'static str,
    pub limit_day: &'static str,
    pub limit_always: &'static str,

    pub receipts_empty: &'static str,
    pub receipts_empty_text: &'static str,
    pub receipt_gross: &'static str,
    pub receipt_paid: &'static str,
    pub receipt_reversed: &'static str,
    pub receipt_balance_after: &'static str,
    pub receipt_coupon: &'static str,
    pub receipt_reference: &'static str,
    pub receipt_payment: &'static str,
}

/// Sentences with something in them.
impl Lang {
    /// When an offer ends, in days.
    pub fn ends_in_days(self, days: i64) -> String {
        match (self, days) {
            (Self::En, 1) => "ends tomorrow".to_owned(),
            (Self::En, _) => format!("ends in {days} days"),
            (Self::Zh, 1) => "明天截止".to_owned(),
            (Self::Zh, _) => format!("还剩 {days} 天"),
        }
    }

    /// When an offer ends, by date.
    pub fn until(self, date: &str) -> String {
        match self {
            Self::En => format!("until {date}"),
            Self::Zh => format!("{date}截止"),
        }
    }

    /// When an offer begins.
    pub fn from_date(self, date: &str) -> String {
        match self {
            Self::En => format!("Valid from {date}"),
            Self::Zh => format!("{date}起可用"),
        }
    }

    /// What was saved.
    pub fn saved(self, amount: &str) -> String {
        match self {
            Self::En => format!("Saved {amount}"),
            Self::Zh => format!("已省 {amount}"),
        }
    }

    /// What would be saved.
    pub fn saves(self, amount: &str) -> String {
        match self {
            Self::En => format!("You save {amount}"),
            Self::Zh => format!("可省 {amount}"),
        }
    }

    /// From where on the shopper is asked.
    pub fn ask_over(self, amount: &str) -> String {
        match self {
            Self::En => format!("Ask above {amount}"),
            Self::Zh => format!("超过 {amount} 时询问"),
        }
    }

    /// How long a payment can still be approved, as minutes and seconds.
    pub fn time_left(self, time: &str) -> String {
        match self {
            Self::En => format!("{time} left"),
            Self::Zh => format!("还剩 {time}"),
        }
    }

    /// How many payments the phone can make before it has to be online.
    pub fn offline_payments(self, count: usize) -> String {
        match (self, count) {
            (Self::En, 1) => "You’re offline. Your code still works, for 1 payment.".to_owned(),
            (Self::En, _) => format!("You’re offline. Your code still works, for {count} payments."),
            (Self::Zh, _) => format!("当前离线，付款码照常可用，还可付款 {count} 次。"),
        }
    }

    /// A coupon that the till can't use beside a better one.
    pub fn not_with(self, title: &str) -> String {
        match self {
            Self::En => format!("Not together with “{title}”. The till takes what saves you more."),
            Self::Zh => format!("不能与“{title}”同用，结账时自动选用更省的。"),
        }
    }

    /// When an offer holds.
    pub fn only_at(self, hours: &str) -> String {
        match self {
            Self::En => format!("Only {hours}"),
            Self::Zh => format!("仅限{hours}"),
        }
    }

    /// Money came back.
    pub fn refunded_at(self, amount: &str, shop: &str) -> String {
        match self {
            Self::En => format!("{shop} refunded {amount}."),
            Self::Zh => format!("{shop}已退款 {amount}。"),
        }
    }

    /// Number of coupons in the code.
    pub fn coupons(self, count: usize) -> String {
        match (self, count) {
            (Self::En, 1) => "1 coupon".to_owned(),
            (Self::En, _) => format!("{count} coupons"),
            (Self::Zh, _) => format!("{count} 张优惠券"),
        }
    }

    /// A payment was made.
    pub fn paid_at(self, amount: &str, shop: &str) -> String {
        match self {
            Self::En => format!("Paid {amount} at {shop}"),
            Self::Zh => format!("已在{shop}支付 {amount}"),
        }
    }

    /// A payment was undone.
    pub fn reversed_at(self, amount: &str, shop: &str) -> String {
        match self {
            Self::En => format!("{shop} cancelled the payment. {amount} is back in your wallet."),
            Self::Zh => format!("{shop}已撤销付款，{amount} 已退回钱包。"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_tag() {
        for (tag, lang) in [
            ("zh", Lang::Zh),
            ("zh-Hans-CN", Lang::Zh),
            ("ZH-tw", Lang::Zh),
            ("en-GB", Lang::En),
            ("de", Lang::En),
            ("", Lang::En),
        ] {
            assert_eq!(Lang::from_tag(tag), lang, "{tag}");
        }
    }

    #[test]
    fn a_text_in_one_language_is_shown_in_the_other_too() {
        let text = proto::v1::LocalizedText { en: "Soap".to_owned(), zh: String::new() };
        assert_eq!(Lang::Zh.pick(Some(&text)), "Soap");
        assert_eq!(Lang::En.pick(None), "");
    }
}
