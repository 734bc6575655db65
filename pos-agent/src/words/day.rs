//! What a difference at the end of the day means, and what to do about it.

use super::{Lang, Message};
use crate::day::Cause;

/// In words.
pub fn cause(cause: Cause, lang: Lang) -> Message {
    let (en, zh) = words(cause);
    let (what, next) = lang.pick(en, zh);
    Message { what, next }
}

type Both = ((&'static str, &'static str), (&'static str, &'static str));

fn words(cause: Cause) -> Both {
    match cause {
        Cause::StillOpen => (
            ("This payment has no certain outcome yet.", "Check the network and close the day again."),
            ("这笔付款尚无确定结果。", "请检查网络后重新结账。"),
        ),
        Cause::MissingAtProvider => (
            (
                "Paid by this till, but the provider has no such payment.",
                "Call support with the payment's number.",
            ),
            ("本收银台记为已付，但支付系统没有这笔付款。", "请凭付款编号联系技术支持。"),
        ),
        Cause::MissingAtTill => (
            (
                "The provider took money for a payment that this till does not know.",
                "Find the sale by its number, or refund it; call support.",
            ),
            ("支付系统有一笔本收银台没有记录的付款。", "请按编号查找该笔销售，或办理退款，并联系技术支持。"),
        ),
        Cause::TwiceAtProvider => (
            ("The provider took the money more than once.", "Call support with the payment's number."),
            ("支付系统重复扣款。", "请凭付款编号联系技术支持。"),
        ),
        Cause::AmountDiffers => (
            ("The provider has another amount than this till.", "Call support with the payment's number."),
            ("支付系统的金额与本收银台不一致。", "请凭付款编号联系技术支持。"),
        ),
        Cause::DiscountDiffers => (
            ("The provider has another discount than this till.", "Call support with the payment's number."),
            ("支付系统的优惠金额与本收银台不一致。", "请凭付款编号联系技术支持。"),
        ),
        Cause::TakenBackAtProvider => (
            (
                "Paid by this till, but the provider has taken the payment back.",
                "The goods are not paid: tell the shop's office.",
            ),
            ("本收银台记为已付，但支付系统已撤销该付款。", "该笔商品未付款：请通知总部。"),
        ),
        Cause::NotTakenBack => (
            ("Taken back by this till, but the shopper was charged.", "Refund it."),
            ("本收银台记为已撤销，但顾客已被扣款。", "请办理退款。"),
        ),
        Cause::PaidThoughDeclined => (
            ("Declined by this till, but the shopper was charged.", "Refund it."),
            ("本收银台记为被拒，但顾客已被扣款。", "请办理退款。"),
        ),
        Cause::RefundStillOpen => (
            (
                "This refund has no certain outcome yet.",
                "Give no cash; check the network and close the day again.",
            ),
            ("这笔退款尚无确定结果。", "请勿退现金；请检查网络后重新结账。"),
        ),
        Cause::RefundMissingAtProvider => (
            (
                "Given back by this till, but the provider has no such refund.",
                "Call support with the payment's number.",
            ),
            ("本收银台记为已退款，但支付系统没有这笔退款。", "请凭付款编号联系技术支持。"),
        ),
        Cause::RefundMissingAtTill => (
            (
                "The provider gave money back of which this till does not know.",
                "Find out who gave it back; call support.",
            ),
            ("支付系统有一笔本收银台没有记录的退款。", "请查明由谁办理，并联系技术支持。"),
        ),
        Cause::RefundAmountDiffers => (
            (
                "The provider gave back another amount than this till wrote down.",
                "Call support with the payment's number.",
            ),
            ("支付系统的退款金额与本收银台不一致。", "请凭付款编号联系技术支持。"),
        ),
        Cause::RefundedThoughRefused => (
            (
                "Refused by this till's journal, but the shopper got the money back.",
                "Give no cash for it; tell the shop's office.",
            ),
            ("本收银台记为退款被拒，但顾客已收到退款。", "请勿再退现金，并通知总部。"),
        ),
    }
}
