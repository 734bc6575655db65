//! Refunds and receipts, as the shop's till software asks for them.

use std::time::Duration;

use proto::v1::{CheckoutState, GetReceiptRequest, GetReceiptResponse, RefundSaleRequest, RefundState};
use tonic::Code;
use unicode_width::UnicodeWidthStr;

use crate::{
    service::{Software, agent, sale},
    world::{SHAMPOO, SHAMPOO_COUPON, Shop, code},
};

/// A shampoo at 30.00, paid with the coupon: the payment's id.
async fn sold(software: &mut Software) -> String {
    software.start(sale("c1", SHAMPOO, 3000)).await.unwrap();
    software.scan("c1", &code(1, &[SHAMPOO_COUPON])).await.unwrap();
    software.until("c1", CheckoutState::Completed).await.payment_id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_the_shops_account_cannot_cover_is_under_way_until_it_can() {
    let shop = Shop::open().await;
    let (_daemon, mut software) = agent(&shop).await;
    let payment_id = sold(&mut software).await;
    shop.provider.with(|world| world.account_too_low = true);
    let request = RefundSaleRequest {
        refund_id: "0199b0f0-0000-7000-8000-0000000000aa".into(),
        payment_id,
        everything: true,
        items: Vec::new(),
    };
    for asked in ["at first", "asked again"] {
        let waits = software.0.refund_sale(request.clone()).await.unwrap().into_inner();
        assert_eq!((waits.state(), waits.refunded_amount), (RefundState::UnderWay, None), "{asked}");
        assert_eq!(waits.words.unwrap().next.unwrap().en, "Give no cash; ask again in a while.");
    }
    let other =
        RefundSaleRequest { refund_id: "0199b0f0-0000-7000-8000-0000000000bb".into(), ..request.clone() };
    assert_eq!(software.0.refund_sale(other).await.unwrap_err().code(), Code::FailedPrecondition);

    // The next sales fill the account, and the agent goes on by itself.
    shop.provider.with(|world| world.account_too_low = false);
    let done = loop {
        let answer = software.0.refund_sale(request.clone()).await.unwrap().into_inner();
        if answer.state() != RefundState::UnderWay {
            break answer;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!(done.state(), RefundState::Completed);
    assert_eq!(done.refunded_amount.unwrap().minor_units, 2500);
    assert_eq!(shop.provider.with(|world| world.refunds.len()), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_had_in_the_shoppers_language_and_as_wide_as_the_paper() {
    let shop = Shop::open().await;
    let (_daemon, mut software) = agent(&shop).await;
    let payment_id = sold(&mut software).await;
    let get = async |language: &str, columns: u32| {
        let (payment_id, language) = (payment_id.clone(), language.to_owned());
        let request = GetReceiptRequest { payment_id, language, columns, ..Default::default() };
        software.0.clone().get_receipt(request).await.map(tonic::Response::into_inner)
    };
    let check = |receipt: &GetReceiptResponse, columns: usize, paid: &str, coupon: &str| {
        for line in &receipt.text {
            assert!(line.width() <= columns, "{columns}: {line:?}");
        }
        let amount = receipt.text.iter().find(|line| line.contains("CNY 25.00")).unwrap();
        assert!(amount.trim_start().starts_with(paid) && amount.width() == columns, "{amount:?}");
        assert!(receipt.text.iter().any(|line| line.contains(coupon)), "{:#?}", receipt.text);
    };
    for (columns, wide) in [(0, 42), (24, 24), (32, 32), (64, 64)] {
        check(&get("en", columns).await.unwrap(), wide, "Paid", "Silk Shampoo");
        check(&get("zh", columns).await.unwrap(), wide, "实付", "丝滑洗发水");
    }
    let (en, zh) = (get("en", 32).await.unwrap(), get("zh", 32).await.unwrap());
    assert_eq!(en.receipt, zh.receipt, "the data has both languages");
    assert_ne!(en.escpos, zh.escpos);
    for (language, columns) in [("fr", 0), ("zh", 23), ("zh", 65)] {
        assert_eq!(get(language, columns).await.unwrap_err().code(), Code::InvalidArgument);
    }
}
