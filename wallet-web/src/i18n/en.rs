//! English.

use super::Texts;

pub(super) const TEXTS: Texts = Texts {
    language_of_the_other: "中文",

    welcome_title: "One code.\nOne scan.",
    welcome_text: "Clip coupons from the brands you buy. At the till, a single QR code pays and takes the discounts off.",
    welcome_open: "Open my wallet",
    welcome_opening: "Opening…",
    welcome_key: "Your wallet is locked with a key that is made on this phone and never leaves it.",

    tab_pay: "Pay",
    tab_offers: "Offers",
    tab_coupons: "Coupons",
    tab_receipts: "Receipts",

    balance: "Balance",
    offline: "Offline",
    demo: "Demo",
    close: "Close",
    back: "Back",

    offers_lead: "Clip what you plan to buy. It comes off at the till by itself.",
    offers_empty: "No offers right now. Have a look again soon.",
    offers_empty_offline: "Offers appear here once you are online.",
    clip: "Clip",
    clipped: "Clipped",
    selected_shops: "selected shops",
    ends_today: "ends today",

    coupons_empty: "No coupons yet",
    coupons_empty_text: "Clip an offer and it waits here until you shop.",
    see_offers: "See offers",
    remove: "Remove",
    up_to_save: "Up to",

    pay_code_label: "Your payment code",
    pay_save_up_to: "Save up to",
    pay_no_coupons: "Ready to pay. No coupons in this code.",
    pay_new_code: "New code",
    pay_offline: "You’re offline. Your code works all the same.",
    pay_in_code: "In this code",
    pay_left_out: "Not in this code",
    pay_no_room: "The code is full. Switch it on to give it room.",
    pay_excluded: "You switched it off",
    pay_expired: "This offer has ended",
    pay_unreadable: "Update the wallet to use this one",
    pay_no_tokens: "Go online once to pay",
    pay_no_tokens_text: "This phone has used up its payment codes. It fetches new ones by itself as soon as it is connected.",
    pay_frozen: "This wallet is stopped",
    pay_frozen_text: "Your money is safe. Please contact your wallet’s provider.",
    copy_code: "Copy code as text",
    copy_note: "Demo only, no real money: paste the text at the demo till instead of scanning.",
    copied: "Code copied",

    paid: "Paid",
    reversed: "Cancelled",
    done: "Done",
    show_receipt: "Receipt",

    receipts_empty: "No receipts yet",
    receipts_empty_text: "After you pay, the receipt appears here.",
    receipt_gross: "Basket total",
    receipt_paid: "You paid",
    receipt_reversed: "The shop cancelled this payment. The money is back in your wallet.",
    receipt_balance_after: "Balance afterwards",
    receipt_coupon: "Coupon",
    receipt_reference: "Shop’s number",
    receipt_payment: "Payment number",
};
