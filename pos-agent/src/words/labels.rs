//! The labels of the screen and the receipt.

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident: $en:literal, $zh:literal;)*) => {
        /// One text for each place on screen and receipt.
        #[derive(Debug)]
        pub struct Labels { $($(#[$doc])* pub $name: &'static str,)* }

        /// English.
        pub const EN: Labels = Labels { $($name: $en,)* };

        /// Simplified Chinese.
        pub const ZH: Labels = Labels { $($name: $zh,)* };
    };
}

labels! {
    /// Name of the till's screen.
    till: "Till", "收银台";
    /// Before the columns and rows that the screen needs.
    window_small: "Make this window larger:", "请放大窗口：";
    /// Head of the basket.
    basket: "Basket", "购物篮";
    /// Head of the quick keys.
    quick_keys: "Quick keys", "快捷键";
    /// Head of the coupons.
    coupons: "Coupons", "优惠券";
    /// A coupon without a name.
    coupon: "Coupon", "优惠券";
    /// Basket total before discounts.
    total: "Total", "合计";
    /// The discounts.
    discounts: "Coupons", "优惠";
    /// What the shopper is to pay.
    due: "To pay", "应付";
    /// What the shopper has paid.
    paid: "Paid", "实付";
    /// Heads the coupons that take nothing off.
    not_applied: "Not applied", "未使用";
    /// Empty basket.
    empty: "Scan the first item", "请扫描第一件商品";
    /// Before the number of pieces in the basket.
    pieces: "Pieces:", "件数：";
    /// What can be done while items are rung up.
    help_selling: "Scan items, then the customer's code", "扫描商品，然后扫描顾客的付款码";
    /// Keys while items are rung up.
    keys_selling: "0 menu   number or scan: item   3*number: three of it   q quit",
        "0 菜单   编号或扫描：商品   3*编号：三件   q 退出";
    /// A payment is under way.
    asking: "Asking for the money…", "正在收款…";
    /// Another try is under way.
    asking_again: "No answer yet, asking again…", "尚无应答，正在重试…";
    /// The shopper has to approve.
    approving: "Waiting for the shopper's approval on the phone", "等待顾客在手机上确认";
    /// Keys meanwhile.
    keys_approving: "0 stop waiting and take it back", "0 不再等待，撤销付款";
    /// The till has stopped waiting.
    reversing: "The payment is being taken back", "正在撤销付款";
    /// Next after that.
    reversing_next: "Take another means of payment.", "请改用其他支付方式。";
    /// Paid, large.
    paid_large: "PAID", "已付";
    /// Next after that.
    paid_next: "Hand over the goods; the next scan is the next customer's", "请交付商品；下一次扫描即下一位顾客";
    /// There is more below.
    more: "↓ more", "↓ 更多";
    /// There is more below, and Enter leads there.
    more_by_enter: "↓ more: Enter", "↓ 更多：回车";
    /// There is more above.
    more_above: "↑ more", "↑ 更多";
    /// Not paid, large.
    stop_large: "NOT PAID", "未付款";
    /// The payment was taken back.
    reversed: "The payment was taken back: nothing was charged", "付款已撤销：未扣款";
    /// Next after that.
    reversed_next: "Ask for a fresh code, or take another means of payment.", "请顾客刷新付款码，或改用其他支付方式。";
    /// The till's disk can't be written.
    disk: "This till can't write to its disk: no payment was sent", "本收银台无法写入磁盘：未发送付款";
    /// Next after that.
    disk_next: "Take another means of payment and call support.", "请改用其他支付方式，并联系技术支持。";
    /// Key for going on.
    next_customer: "Enter next customer   ↓↑ receipt", "回车 下一位顾客   ↓↑ 小票";
    /// Key for going back to the basket.
    back_to_basket: "Enter back to the basket", "回车 返回购物篮";
    /// Keys when coupons were refused.
    keys_refused: "1 pay without these coupons   0 back to the basket", "1 不用这些券支付   0 返回购物篮";
    /// Asked after coupons were refused.
    without_them: "Without them", "不使用它们";
    /// No such item number in the catalogue.
    unknown_item: "is not in the catalogue", "不在商品目录中";
    /// An item that needs a weight, without one.
    not_weighed: "is sold by weight: scan the label of the scale", "按重量出售：请扫描电子秤标签";
    /// Not understood.
    unknown_input: "is no item number, code or picture", "不是商品编号、付款码或图片";
    /// A code comes before any item.
    basket_empty: "Ring up the items first, then scan the code", "请先扫描商品，再扫描付款码";
    /// Too many units or lines.
    too_much: "That is more than one sale can hold", "超出单笔交易上限";
    /// No such line.
    no_such_line: "There is no such line", "没有这一行";
    /// A picture holds no code.
    no_code: "There is no readable code in the picture", "图片中没有可识别的付款码";
    /// A file is no picture.
    no_picture: "This is no picture that can be read", "无法读取该图片";
    /// The offers of this till are from the last time it was online.
    offline: "Offline: offers as last known", "离线：使用上次的优惠信息";
    /// Payments being taken back in the background.
    pending: "being taken back", "笔付款撤销中";
    /// A payment from before the restart went through.
    recovered_paid: "A payment from before the restart went through", "重启前的一笔付款已成功";
    /// A payment from before the restart did not go through.
    recovered_not_paid: "A payment from before the restart was not charged", "重启前的一笔付款未扣款";
    /// A payment from before the restart stands and is to be refunded.
    recovered_standing: "A payment from before the restart can't be taken back: refund it", "重启前的一笔付款无法撤销：请退款";
    /// A payment of this run was taken back.
    taken_back: "A payment was taken back", "一笔付款已撤销";
    /// Head of what there is to do beside selling.
    menu: "Menu", "菜单";
    /// Menu: units of the last line.
    menu_quantity: "Quantity of the last line", "修改最后一行数量";
    /// Menu: take the last line out.
    menu_void: "Take the last line out", "取消最后一行";
    /// Menu: empty the basket.
    menu_new: "Empty the basket", "清空购物篮";
    /// Menu and head: the last payments.
    history: "Last payments", "最近付款";
    /// Menu and head: goods come back.
    refunds: "Refund", "退款";
    /// Menu and head: the day is closed.
    end_of_day: "End of day", "日结";
    /// Key 0.
    back: "Back", "返回";
    /// Under the menu.
    keys_menu: "Type a number and Enter", "输入数字后按回车";
    /// Under a question for a quantity.
    keys_quantity: "Type how many, then Enter; 0 back", "输入数量后按回车；0 返回";
    /// Under the history.
    keys_history: "Type a number for its receipt; 0 back", "输入编号查看小票；0 返回";
    /// Under a receipt.
    keys_receipt: "1 refund   0 back", "1 退款   0 返回";
    /// Keys while nothing can be done.
    keys_none: "One moment, no key is needed", "请稍候，无需按键";
    /// Keys under a result at the desk.
    keys_result: "Enter goes on   0 back", "回车 继续   0 返回";
    /// Keys at the desk.
    keys_desk: "digits and Enter   0 back", "数字和回车   0 返回";
    /// A receipt is wanted.
    scan_receipt: "Scan the code on the receipt; 0 back", "请扫描小票上的二维码；0 返回";
    /// An answer is awaited.
    waiting: "One moment…", "请稍候…";
    /// What chosen goods cost before discounts.
    shelf_price: "Goods chosen, at shelf price", "所选商品原价";
    /// All goods come back.
    all_goods: "All goods come back", "全部退货";
    /// Keys while goods are chosen.
    keys_choosing: "A line's number or a scan takes one more of it; Enter goes on, with none chosen: all; 0 back",
        "输入行号或扫描商品增加一件；回车继续，未选择则全部退货；0 返回";
    /// Goods were scanned of which nothing more can come back.
    not_to_return: "That is not on this receipt, or all of it is chosen", "不在此小票上，或已全部选中";
    /// Head of the goods that can come back.
    goods: "Goods", "商品";
    /// Above chosen units and those that are left.
    chosen_of_left: "comes back / left", "退回 / 可退";
    /// Asked before a refund.
    confirm_refund: "Give the money back for these goods? 1 yes   0 no", "确认为这些商品退款？1 是   0 否";
    /// Refunded, large.
    refunded_large: "GIVEN BACK", "已退款";
    /// A refund is done.
    refund_done: "The money is back in the shopper's wallet", "款项已退回顾客钱包";
    /// Next after that.
    refund_done_next: "Take the goods; Enter goes on", "请收回商品；按回车继续";
    /// A refund has no answer yet.
    refund_waits: "The provider has not answered yet", "支付系统尚未应答";
    /// Next after that.
    refund_waits_next: "Give no cash: the till goes on by itself until it is done", "请勿退现金：收银台会自动继续直至完成";
    /// A refund can't be begun.
    refund_none_left: "There is nothing left of this payment to give back", "该笔付款已无可退金额";
    /// Nothing was sold yet.
    no_payments: "No payments yet", "暂无付款";
    /// State in the history: not over.
    open: "Open", "处理中";
    /// State in the history: declined.
    declined: "Declined", "被拒";
    /// State in the history: taken back.
    taken_back_short: "Taken back", "已撤销";
    /// State in the history: something came back.
    partly_returned: "Paid, with refund", "已付，有退款";
    /// State in the history: paid though it should have been taken back.
    refund_due: "Refund due", "应退款";
    /// Not one of the keys.
    no_such_key: "There is no such choice here", "没有这个选项";
    /// What was paid on the day.
    day_paid: "Paid today", "今日实收";
    /// The day agrees.
    day_clean: "Till and provider agree. Enter goes on", "收银台与支付系统一致。按回车继续";
    /// The day does not agree.
    day_differs: "Something needs you: see the list above. Enter goes on", "有需要处理的项目，见上表。按回车继续";
    /// Head of the differences.
    differences: "Differences", "差异";
    /// Head of what needs a human.
    attention: "Needs you", "需要处理";
    /// Before two amounts.
    till_and_provider: "till, provider", "收银台、支付系统";
    /// The provider does not answer.
    unreachable: "The provider can't be reached", "无法连接支付系统";
    /// Next after that.
    unreachable_next: "Try again when the till is online.", "请在网络恢复后重试。";
    /// The journal can't be read.
    journal_unreadable: "The till's journal can't be read", "无法读取收银台日志";
    /// Saved, under the amount paid.
    saved_large: "Saved", "已节省";
    /// No other choice of coupons saves more.
    exact: "No other choice of coupons saves more", "已是最省的优惠组合";
    /// The best choice of coupons was not proven.
    not_exact: "So many coupons that not every choice was tried", "优惠券过多，未能尝试所有组合";
    /// Time that is left for the approval.
    seconds_left: "seconds left", "秒后失效";
    /// Head of the receipt.
    receipt: "Receipt", "小票";
    /// Head of a refund's receipt.
    refund: "Refund", "退货";
    /// Head of a second print.
    copy: "*** COPY ***", "*** 副本 ***";
    /// The till's own number for the sale.
    reference: "No.", "单号";
    /// Shelf price of what came back.
    returned: "Returned", "退回";
    /// What coupons had taken off the goods that came back.
    coupons_off: "Coupons had taken off", "其中优惠券已抵扣";
    /// What the shopper gets back.
    given_back: "Given back", "退款";
    /// What goes back to who paid a discount.
    back_to_maker: "back to the maker", "退还厂家";
    /// A coupon is in the wallet again.
    coupon_restored: "is in the wallet again", "已退回钱包";
    /// A coupon stays used.
    coupon_burned: "stays used", "不再退回";
    /// Nothing was charged.
    not_charged: "Nothing was charged.", "未扣款。";
    /// Below the QR code of a receipt.
    keep_for_refunds: "Please keep for refunds.", "退货时请出示此小票。";
    /// Number of the payment.
    payment: "Payment", "付款编号";
    /// The till's number.
    terminal: "Till", "收银台";
    /// How the discount was paid.
    paid_by_makers: "Coupons are paid by the makers.", "优惠由厂家承担。";
    /// Last line of the receipt.
    thanks: "Thank you!", "谢谢惠顾！";
    /// What was saved.
    saved: "You saved", "本次节省";
    /// A key of the scanner went wrong, or a sale's code is being read.
    reading: "Reading the code…", "正在识别付款码…";
    /// A scan may come.
    scan_ready: "Ready to scan", "可以扫描";
    /// The last scan was understood.
    scan_read: "Understood", "已识别";
    /// The last scan was not understood.
    scan_not_read: "Not understood", "未识别";
    /// It came by keys.
    by_scanner: "scanner or keys", "扫描枪或键盘";
    /// It came as a picture.
    by_picture: "picture", "图片";
    /// A folder is watched for pictures.
    watching: "Pictures from", "图片文件夹";
}
