//! Every screen of the wallet and the states it can be in, in both languages and both themes: nothing stands in the way of a shopper
//! who can't see or point well, nothing is cut off or out of reach on a narrow screen, with large text, right to left, on its
//! side or on a desktop, and a picture of each stays in `target/screenshots` for people to look at.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod story;
mod tour;

use tests::browser::Look;

const SMALL: Look<'_> = Look { language: "en-US", dark: false, screen: (360, 740) };

#[tokio::test(flavor = "multi_thread")]
async fn in_english() {
    story::told("en", SMALL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_chinese() {
    story::told("zh", Look { language: "zh-CN", ..SMALL }).await;
}
