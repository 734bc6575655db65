//! What the cashier's display says of a checkout: what happened, and what to do next.

use shared::reason::Reason;

use super::{Lang, Message, reason};
use crate::lane::{End, Question, State};

/// The words of a state.
pub fn checkout(state: &State, lang: Lang) -> Message {
    let labels = lang.labels();
    let say = |en: (&'static str, &'static str), zh: (&'static str, &'static str)| {
        let (what, next) = lang.pick(en, zh);
        Message { what, next }
    };
    match state {
        State::WaitingForScan { problem: Some(problem) } => reason(*problem, lang),
        State::WaitingForScan { problem: None } => {
            say(("Ready for the customer's code.", "Scan it."), ("等待顾客的付款码。", "请扫描。"))
        }
        State::Resolving { .. } => say(("Looking up the number…", ""), ("正在查询号码…", "")),
        State::Matching { .. } => say(("Matching the coupons…", ""), ("正在匹配优惠券…", "")),
        State::Confirming { question: Question::Amount, .. } => say(
            ("The coupons are taken off.", "Tell the customer the amount and confirm it."),
            ("优惠已扣减。", "请向顾客说明金额并确认。"),
        ),
        State::Confirming { question: Question::WithoutCoupons, .. } => reason(Reason::CouponRefused, lang),
        State::Authorising(asking) | State::Approving(asking) if asking.cancelling => {
            say(("Cancelling…", ""), ("正在取消…", ""))
        }
        State::Authorising(asking) if asking.tries > 1 => say(
            ("No answer yet, asking again…", "Wait a moment: nothing is charged twice."),
            ("尚无应答，正在重试…", "请稍候：不会重复扣款。"),
        ),
        State::Authorising(_) => say(("Asking for the money…", ""), ("正在收款…", "")),
        State::Approving(_) => say(
            ("The payment waits for approval on the phone.", "Ask the customer to approve it."),
            ("付款等待手机确认。", "请顾客在手机上确认。"),
        ),
        State::LookingUp { .. } => say(
            (
                "The till was restarted: asking what became of this payment…",
                "Wait before you take other means.",
            ),
            ("收银程序已重启，正在查询这笔付款…", "请先等待，不要改用其他支付方式。"),
        ),
        State::Reversing { .. } => Message { what: labels.reversing, next: labels.reversing_next },
        State::Ended { end, .. } => match end {
            End::Paid(_) => say(("Paid.", "Hand over the goods."), ("已付款。", "请交付商品。")),
            End::Declined(why) => reason(*why, lang),
            End::NotSent(why) => super::hindrance(*why, lang),
            End::Cancelled => say(("Cancelled: nothing was charged.", ""), ("已取消：未扣款。", "")),
            End::Reversed => Message { what: labels.reversed, next: labels.reversed_next },
            End::Standing => reason(Reason::ReversalTooLate, lang),
        },
    }
}
