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
    /// What can be done while items are rung up.
    help_selling: "Scan items, then the customer's code", "扫描商品，然后扫描顾客的付款码";
    /// Keys while items are rung up.
    keys_selling: "3*item quantity   v void last   v2 void line 2   new empty basket   q quit",
        "3*商品 数量   v 取消上一行   v2 取消第2行   new 清空   q 退出";
    /// A payment is under way.
    asking: "Asking for the money…", "正在收款…";
    /// Another try is under way.
    asking_again: "No answer yet, asking again…", "尚无应答，正在重试…";
    /// The shopper has to approve.
    approving: "Waiting for the shopper's approval on the phone", "等待顾客在手机上确认";
    /// Keys meanwhile.
    keys_approving: "n stop waiting and take it back", "n 不再等待，撤销付款";
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
    keys_refused: "y pay without these coupons   n back to the basket", "y 不用这些券支付   n 返回购物篮";
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
    /// A folder is watched for pictures.
    watching: "Pictures from", "图片文件夹";
}
