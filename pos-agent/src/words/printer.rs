//! What the cashier reads of a printer.

use super::{Lang, Message};
use crate::printing::NotPrinted;

/// Why a receipt is not on paper.
pub fn not_printed(why: NotPrinted, lang: Lang) -> Message {
    let (what, next) = match why {
        NotPrinted::NoPrinter => lang.pick(
            (
                "This lane has no printer.",
                "Set one in the agent's settings, or print with the till software.",
            ),
            ("本收银台没有打印机。", "请在程序设置中添加，或由收银软件打印。"),
        ),
        NotPrinted::Unreachable => lang.pick(
            (
                "The receipt was not printed.",
                "Look at the printer's power, cable and paper, then print it again.",
            ),
            ("小票未打印。", "请检查打印机电源、连线和纸张，然后重新打印。"),
        ),
    };
    Message { what, next }
}
