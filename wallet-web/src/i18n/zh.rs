//! Simplified Chinese.

use super::Texts;

pub(super) const TEXTS: Texts = Texts {
    language_of_the_other: "EN",

    welcome_title: "一个码\n扫一次",
    welcome_text: "先领常买品牌的优惠券，结账时出示一个二维码，付款、抵扣一次完成。",
    welcome_open: "开通钱包",
    welcome_opening: "正在开通…",
    welcome_key: "钱包密钥只在这部手机上生成，绝不离开手机。",

    tab_pay: "付款",
    tab_offers: "优惠",
    tab_coupons: "卡券",
    tab_receipts: "账单",

    balance: "余额",
    offline: "离线",
    demo: "演示",
    close: "关闭",
    back: "返回",

    offers_lead: "领取想买的商品优惠，结账时自动抵扣。",
    offers_empty: "暂时没有优惠，过会儿再来看看。",
    offers_empty_offline: "联网后即可查看优惠。",
    clip: "领取",
    clipped: "已领取",
    selected_shops: "限指定门店",
    ends_today: "今天截止",

    coupons_empty: "还没有优惠券",
    coupons_empty_text: "领取优惠后会放在这里，购物时使用。",
    see_offers: "去看优惠",
    remove: "退回",
    up_to_save: "最多可省",

    pay_code_label: "您的付款码",
    pay_save_up_to: "最多可省",
    pay_no_coupons: "可以付款，此码不含优惠券。",
    pay_new_code: "换一个码",
    pay_offline: "当前离线，付款码照常可用。",
    pay_in_code: "本码包含",
    pay_left_out: "本码未含",
    pay_no_room: "码已放满，打开开关可优先放入",
    pay_excluded: "您已关闭",
    pay_expired: "优惠已结束",
    pay_unreadable: "请更新钱包后使用",
    pay_no_tokens: "请联网一次后付款",
    pay_no_tokens_text: "这部手机的付款码已用完，联网后会自动获取新的。",
    pay_frozen: "钱包已停用",
    pay_frozen_text: "您的资金安全，请联系钱包服务商。",
    copy_code: "复制付款码文本",
    copy_note: "仅供演示，不涉及真实资金：可将文本粘贴到演示收银台，代替扫码。",
    copied: "付款码已复制",

    paid: "支付成功",
    reversed: "已撤销",
    done: "完成",
    show_receipt: "账单",

    receipts_empty: "还没有账单",
    receipts_empty_text: "付款后，账单会出现在这里。",
    receipt_gross: "商品总额",
    receipt_paid: "实付",
    receipt_reversed: "商家已撤销此笔付款，款项已退回钱包。",
    receipt_balance_after: "付款后余额",
    receipt_coupon: "优惠券",
    receipt_reference: "商家单号",
    receipt_payment: "付款单号",
};
