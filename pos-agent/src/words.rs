//! Every word that cashier and shopper read, in English and Simplified Chinese. Each message says what happened and what to do next;
//! codes go to the log.

use std::str::FromStr;

use proto::v1::LocalizedText;
use shared::{offer::Refusal, reason::Reason};

use crate::machine::{Hindrance, Machine, Outcome};

mod checkout;
pub mod day;
mod labels;
mod printer;

pub use checkout::checkout;
pub use labels::{EN, Labels, ZH};
pub use printer::not_printed;

/// A language of the till.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

/// Not one of the till's languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the till speaks en and zh")]
pub struct UnknownLang;

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(code: &str) -> Result<Self, UnknownLang> {
        match code {
            "en" => Ok(Self::En),
            "zh" => Ok(Self::Zh),
            _ => Err(UnknownLang),
        }
    }
}

impl Lang {
    /// The one of two texts that is in this language.
    pub fn pick<T>(self, en: T, zh: T) -> T {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }

    /// A text in this language, or in the other where this one is missing.
    pub fn text(self, text: &LocalizedText) -> &str {
        match self {
            Self::Zh if !text.zh.is_empty() => &text.zh,
            Self::En if text.en.is_empty() => &text.zh,
            _ => &text.en,
        }
    }

    /// The labels of the screen and the receipt.
    pub fn labels(self) -> &'static Labels {
        self.pick(&EN, &ZH)
    }
}

/// Something that happened, and what to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// What happened.
    pub what: &'static str,
    /// What to do.
    pub next: &'static str,
}

/// Why a coupon takes nothing off.
pub fn refusal(reason: Refusal, lang: Lang) -> &'static str {
    let (en, zh) = match reason {
        Refusal::NotClipped => ("not in this wallet any more", "钱包里已没有这张券"),
        Refusal::Expired => ("the offer has ended", "优惠已结束"),
        Refusal::NotStarted => ("the offer has not begun", "优惠尚未开始"),
        Refusal::AlreadyRedeemed => ("used before", "已经用过"),
        Refusal::WrongStore => ("not for this shop", "不适用于本店"),
        Refusal::ItemMismatch => ("no such item in the basket", "购物篮里没有适用商品"),
        Refusal::RequirementNotMet => ("too little of it bought", "未达到使用条件"),
        Refusal::DiscountMismatch => ("the coupon was changed", "优惠券内容不符"),
        Refusal::NotStackable => ("another coupon already covers these items", "这些商品已使用其他优惠券"),
        Refusal::OutsideHours => ("not at this time of the day", "当前时段不可用"),
    };
    lang.pick(en, zh)
}

/// Why a code could not be used or a payment was refused.
pub fn reason(reason: Reason, lang: Lang) -> Message {
    let ((what, next), zh) = reason_words(reason);
    let (zh_what, zh_next) = zh;
    Message { what: lang.pick(what, zh_what), next: lang.pick(next, zh_next) }
}

type Words = ((&'static str, &'static str), (&'static str, &'static str));

const FRESH_CODE: (&str, &str) = ("Ask for a fresh code.", "请顾客刷新付款码。");
const OTHER_MEANS: (&str, &str) = ("Take another means of payment.", "请改用其他支付方式。");
const CALL_SUPPORT: (&str, &str) =
    ("Take another means of payment and call support.", "请改用其他支付方式，并联系技术支持。");

fn reason_words(reason: Reason) -> Words {
    let with =
        |en: &'static str, zh: &'static str, next: (&'static str, &'static str)| ((en, next.0), (zh, next.1));
    match reason {
        Reason::CodeMalformed => {
            with("The code could not be read.", "付款码无法识别。", ("Scan it again.", "请重新扫描。"))
        }
        Reason::CodeNotOnescan => with(
            "This code belongs to another payment scheme.",
            "这是其他支付方式的付款码。",
            (
                "Use the card software, or ask for the OneScan code.",
                "请使用刷卡软件，或请顾客出示 OneScan 付款码。",
            ),
        ),
        Reason::KeyboardLayout => with(
            "The scanner and this computer use different keyboard layouts.",
            "扫码枪与电脑的键盘布局不一致。",
            (
                "Turn Caps Lock off and set the scanner to this computer's layout.",
                "请关闭大写锁定，并将扫码枪设为与电脑相同的键盘布局。",
            ),
        ),
        Reason::CodeExpired => with("The code is too old.", "付款码已过期。", FRESH_CODE),
        Reason::CodeFromFuture => with(
            "The phone's clock is ahead.",
            "手机时间超前。",
            ("Ask the shopper to correct the phone's clock.", "请顾客校准手机时间后再出示付款码。"),
        ),
        Reason::SignatureInvalid => with("The code is not genuine.", "付款码不真实。", OTHER_MEANS),
        Reason::TokenUnknown => {
            with("The provider doesn't know this code.", "系统不认识这个付款码。", OTHER_MEANS)
        }
        Reason::TokenAlreadyUsed => with("This code has paid before.", "该付款码已经使用过。", FRESH_CODE),
        Reason::TokenExpired | Reason::TokenRevoked => {
            with("The code is no longer valid.", "付款码已失效。", FRESH_CODE)
        }
        Reason::InsufficientFunds => with("Not enough money in the wallet.", "钱包余额不足。", OTHER_MEANS),
        Reason::LimitExceeded => with("Over the wallet's limit.", "超过钱包支付限额。", OTHER_MEANS),
        Reason::WalletFrozen | Reason::WalletClosed => {
            with("This wallet can't pay at the moment.", "该钱包暂时无法支付。", OTHER_MEANS)
        }
        Reason::CouponRefused => with(
            "Some coupons were refused.",
            "部分优惠券被拒绝。",
            ("Ask the shopper whether to pay without them.", "请询问顾客是否不使用这些券继续支付。"),
        ),
        Reason::ApprovalRejected => {
            with("The shopper said no on the phone.", "顾客在手机上拒绝了付款。", OTHER_MEANS)
        }
        Reason::ApprovalExpired => with(
            "Nobody approved the payment on the phone in time.",
            "付款未在手机上及时确认。",
            (
                "Ask for a fresh code and for approval, or take another means of payment.",
                "请顾客刷新付款码并确认，或改用其他支付方式。",
            ),
        ),
        Reason::RefundExceedsPayment => with(
            "That is more than is left of the payment.",
            "超过该笔付款的剩余金额。",
            ("Check what was returned before.", "请核对之前的退货。"),
        ),
        Reason::MerchantBalanceTooLow => with(
            "The shop's account is too low to give that back.",
            "商户账户余额不足，无法退款。",
            ("Try again after the next sales, or call the office.", "请在有新的收款后重试，或联系总部。"),
        ),
        Reason::ReversalTooLate => with(
            "The payment can't be taken back any more: it stands.",
            "付款已无法撤销，仍然有效。",
            ("Refund it.", "请办理退款。"),
        ),
        Reason::Unauthenticated | Reason::SessionExpired | Reason::Forbidden => {
            with("This till's key is not accepted.", "本收银台的密钥无效。", CALL_SUPPORT)
        }
        Reason::Overloaded | Reason::WriteConflict | Reason::Internal => {
            with("The provider has a fault.", "支付系统出现故障。", OTHER_MEANS)
        }
        Reason::CurrencyMismatch => {
            with("The provider pays in another currency.", "支付系统使用其他货币。", CALL_SUPPORT)
        }
        // A fault of this till, or a reason that no till can meet: nothing that a cashier can mend.
        Reason::AmountMismatch
        | Reason::PaymentIdReused
        | Reason::RefundIdReused
        | Reason::RequestIdReused
        | Reason::PaymentNotFound
        | Reason::WalletNotFound
        | Reason::OfferNotFound
        | Reason::CouponNotFound
        | Reason::MerchantNotFound
        | Reason::BatchNotFound
        | Reason::HolderNotFound
        | Reason::InvalidTransition
        | Reason::LaneNotFound
        | Reason::LaneBusy
        | Reason::CheckoutNotFound
        | Reason::CheckoutIdReused
        | Reason::OfferNotActive
        | Reason::OfferExhausted
        | Reason::ClipLimitReached
        | Reason::InvalidArgument
        | Reason::PaymentWaiting
        | Reason::DeviceRevoked
        | Reason::DeviceNotFound
        | Reason::DeviceLimitReached
        | Reason::DeviceInUse
        | Reason::PairingCodeInvalid
        | Reason::RecoveryCodeInvalid
        | Reason::ChallengeInvalid => {
            with("The provider refused the payment.", "支付系统拒绝了这笔付款。", CALL_SUPPORT)
        }
    }
}

/// What keeps the till from asking for money.
pub fn hindrance(why: Hindrance, lang: Lang) -> Message {
    let labels = lang.labels();
    let (en, zh) = match why {
        Hindrance::Disk => return Message { what: labels.disk, next: labels.disk_next },
        Hindrance::Offline => (
            (
                "The provider can't be reached: no payment was sent.",
                "Take another means of payment, or wait until the till is online.",
            ),
            ("无法连接支付系统：未发送付款。", "请改用其他支付方式，或等待网络恢复。"),
        ),
        Hindrance::OffersTooOld => (
            (
                "This till's offers are too old: no payment was sent.",
                "Take another means of payment and call support.",
            ),
            ("本收银台的优惠信息已过期：未发送付款。", "请改用其他支付方式，并联系技术支持。"),
        ),
    };
    let (what, next) = lang.pick(en, zh);
    Message { what, next }
}

/// How a payment ended, or that it isn't over, in words; `None` where it is paid.
pub fn ending(end: &Machine, lang: Lang) -> Option<(&'static str, &'static str)> {
    let labels = lang.labels();
    let words = |message: Message| (message.what, message.next);
    match end {
        Machine::Ended(Outcome::Paid(_)) => None,
        Machine::Ended(Outcome::Declined(failure)) => Some(words(reason(failure.reason, lang))),
        Machine::Ended(Outcome::Reversed) => Some((labels.reversed, labels.reversed_next)),
        Machine::Ended(Outcome::Standing) => Some(words(reason(Reason::ReversalTooLate, lang))),
        Machine::Ended(Outcome::NotSent(why)) => Some(words(hindrance(*why, lang))),
        _ => Some((labels.reversing, labels.reversing_next)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_words_without_codes_in_both_languages() {
        for lang in [Lang::En, Lang::Zh] {
            for each in Reason::ALL {
                let Message { what, next } = reason(*each, lang);
                for text in [what, next] {
                    assert!(!text.is_empty() && !text.contains('_'), "{each:?}: {text}");
                    assert!(text.ends_with(['.', '。']), "{each:?}: {text}");
                    assert_eq!(text.is_ascii(), lang == Lang::En, "{each:?}: {text}");
                }
            }
            for each in Refusal::ALL {
                assert_eq!(refusal(each, lang).is_ascii(), lang == Lang::En);
            }
        }
    }
}
