//! What went wrong and what to do next, without codes; those are in the provider's log.

use shared::reason::Reason;

use super::Lang;
use crate::{api::CallError, keys::KeyError};

/// Why a call failed.
pub fn problem(lang: Lang, error: &CallError) -> &'static str {
    let (en, zh) = match error {
        CallError::Offline(_) => {
            ("You’re offline. Please try again when you are connected.", "当前离线，请联网后再试。")
        }
        CallError::Refused(failure) => refused(failure.reason),
        CallError::Key(error) => key(error),
        CallError::Incomplete(_) | CallError::Fault(_) => fault(),
    };
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}

/// Why the till's try was refused.
pub fn declined(lang: Lang, reason: Reason) -> &'static str {
    let (en, zh) = match reason {
        Reason::InsufficientFunds => (
            "Not paid: your balance is too low for this purchase. Please pay another way.",
            "未支付：余额不足，请改用其他方式付款。",
        ),
        Reason::LimitExceeded => (
            "Not paid: the amount is above your limit. Please pay another way.",
            "未支付：超出限额，请改用其他方式付款。",
        ),
        Reason::CodeExpired
        | Reason::CodeFromFuture
        | Reason::TokenAlreadyUsed
        | Reason::TokenExpired
        | Reason::TokenRevoked => (
            "Not paid: the code was no longer valid. Please show this new one.",
            "未支付：付款码已失效，请出示新的付款码。",
        ),
        Reason::CouponRefused => (
            "A coupon can’t be used here. The cashier goes on without it.",
            "有优惠券不能在此使用，收银员将不使用它继续结账。",
        ),
        _ => (
            "Not paid. Nothing was taken. Please ask the cashier to try again.",
            "未支付，未扣款，请让收银员重试。",
        ),
    };
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}

fn refused(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::OfferExhausted => ("This offer has just run out.", "这个优惠刚刚领完。"),
        Reason::OfferNotActive | Reason::OfferNotFound => ("This offer has ended.", "这个优惠已结束。"),
        Reason::ClipLimitReached => ("You have already had this offer.", "您已领过这个优惠。"),
        Reason::CouponNotFound | Reason::InvalidTransition => {
            ("This coupon is no longer in your wallet.", "这张优惠券已不在钱包里。")
        }
        Reason::InsufficientFunds => {
            ("Your balance is too low. Add money, then approve again.", "余额不足，请充值后再确认。")
        }
        Reason::WalletFrozen => (
            "This wallet is stopped. Please contact your wallet’s provider.",
            "钱包已停用，请联系钱包服务商。",
        ),
        Reason::WalletClosed => {
            ("This wallet is closed. It can’t be used any more.", "这个钱包已注销，不能再使用。")
        }
        Reason::PaymentWaiting => (
            "A payment still waits for your answer. Approve or reject it first.",
            "还有一笔付款等待您确认，请先确认或拒绝。",
        ),
        Reason::DeviceRevoked => (
            "This device was removed from the wallet. Link it again from another device, or use the recovery code.",
            "此设备已从钱包中移除，请用另一台设备重新关联，或使用恢复码。",
        ),
        Reason::DeviceNotFound => {
            ("This device is no longer linked to your wallet.", "该设备已不再关联您的钱包。")
        }
        Reason::DeviceLimitReached => (
            "Your wallet has as many devices as it can have. Remove one, then try again.",
            "钱包的设备数量已达上限，请先移除一台再试。",
        ),
        Reason::DeviceInUse => {
            ("This device already has a wallet. Close that wallet first.", "此设备已有钱包，请先注销该钱包。")
        }
        Reason::PairingCodeInvalid => (
            "That pairing code isn’t valid. Check it, or make a new one on the other device.",
            "配对码无效，请核对，或在另一台设备上重新生成。",
        ),
        Reason::RecoveryCodeInvalid => {
            ("That recovery code isn’t valid. Please check each character.", "恢复码无效，请逐个字符核对。")
        }
        Reason::WalletNotFound => (
            "Your wallet is no longer known here. Open a new one to go on.",
            "这里已没有您的钱包，请重新开通。",
        ),
        Reason::WriteConflict | Reason::Overloaded => {
            ("It’s busy right now. Please try again in a moment.", "系统繁忙，请稍后再试。")
        }
        _ => fault(),
    }
}

fn key(error: &KeyError) -> (&'static str, &'static str) {
    match error {
        KeyError::Insecure => (
            "A wallet needs a secure address. Please open the one that begins with https.",
            "钱包需要安全连接，请使用 https 开头的地址。",
        ),
        KeyError::Unsupported => (
            "This browser is too old to keep your wallet’s key safe. Please update it.",
            "浏览器版本过旧，无法安全保存密钥，请更新浏览器。",
        ),
        KeyError::NotKept(_) => (
            "This browser can’t keep your wallet’s key. Please free some space, or leave private browsing.",
            "浏览器无法保存钱包密钥，请清理存储空间，或退出无痕浏览。",
        ),
        KeyError::Browser(_) => (
            "This browser couldn’t use your wallet’s key. Please reload the page.",
            "浏览器无法使用钱包密钥，请刷新页面。",
        ),
    }
}

fn fault() -> (&'static str, &'static str) {
    ("Something went wrong on our side. Please try again.", "系统出了点问题，请重试。")
}
