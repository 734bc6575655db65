//! What needs a human: payments and refunds that the till can't bring to their end by itself.

use shared::{money::Money, time::UnixMillis};

use crate::{
    journal::{SaleRecord, money_in},
    machine::{Machine, RefundMachine},
    shell::{Running, RunningRefund},
    words::{Lang, Message},
};

/// Tries after which a human hears of it. At the longest pause that is five minutes.
pub const TRIES_BEFORE_ATTENTION: u32 = 15;

/// Why a human is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The provider has not acknowledged that a payment is taken back.
    NotTakenBack,
    /// The provider has not given a certain answer to a refund.
    NotRefunded,
    /// A payment could not be taken back any more: it is paid, and the shopper has paid another way.
    RefundDue,
}

/// One thing that needs a human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attention {
    /// The payment.
    pub payment_id: String,
    /// When it, or its refund, was begun.
    pub begun_at: UnixMillis,
    /// How much it is about: what the shopper paid; zero for a refund, whose amount the provider decides.
    pub amount: Money,
    /// What is the matter.
    pub trouble: Trouble,
}

impl Trouble {
    /// What is the matter and what to do.
    pub fn words(self, lang: Lang) -> Message {
        let (en, zh) = match self {
            Self::NotTakenBack => (
                (
                    "The provider does not answer that this payment is taken back.",
                    "Check the network; the till goes on trying. If it stays, call support with the payment's number.",
                ),
                (
                    "支付系统尚未确认撤销这笔付款。",
                    "请检查网络，收银台会继续重试；如仍未解决，请凭付款编号联系技术支持。",
                ),
            ),
            Self::NotRefunded => (
                (
                    "The provider does not answer that this refund is done.",
                    "Give no cash; the till goes on trying. If it stays, call support with the payment's number.",
                ),
                (
                    "支付系统尚未确认这笔退款。",
                    "请勿退现金，收银台会继续重试；如仍未解决，请凭付款编号联系技术支持。",
                ),
            ),
            Self::RefundDue => (
                ("This payment could not be taken back in time: the shopper was charged.", "Refund it."),
                ("这笔付款未能及时撤销：顾客已被扣款。", "请办理退款。"),
            ),
        };
        let (what, next) = lang.pick(en, zh);
        Message { what, next }
    }
}

/// The list, oldest first.
pub(crate) fn list(sales: &[Running], refunds: &[RunningRefund], standing: &[SaleRecord]) -> Vec<Attention> {
    let mut all = Vec::new();
    for sale in sales {
        if matches!(sale.state(), Machine::Reversing { tries } if tries >= TRIES_BEFORE_ATTENTION) {
            all.push(Attention {
                payment_id: sale.payment_id.clone(),
                begun_at: sale.begun_at,
                amount: sale.asked.money(sale.asked.due_minor),
                trouble: Trouble::NotTakenBack,
            });
        }
    }
    for refund in refunds {
        if matches!(refund.state(), RefundMachine::Asking { tries, .. } if tries >= TRIES_BEFORE_ATTENTION) {
            all.push(Attention {
                payment_id: refund.request.payment_id.clone(),
                begun_at: refund.begun_at,
                amount: money_in(&refund.currency, 0),
                trouble: Trouble::NotRefunded,
            });
        }
    }
    all.extend(standing.iter().map(|sale| Attention {
        payment_id: sale.payment_id.clone(),
        begun_at: sale.begun_at,
        amount: sale.asked.money(sale.asked.due_minor),
        trouble: Trouble::RefundDue,
    }));
    all.sort_by_key(|attention| attention.begun_at);
    all
}
