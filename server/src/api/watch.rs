//! The streams: what is watched as it stands now, and again at each change.

use std::time::Duration;

use proto::v1;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::Api;
use crate::{
    auth::Till,
    config::WATCH_MESSAGES_MAX,
    engine::Change,
    error::Error,
    hub::{News, Topic},
    model::PaymentId,
    read::{balances, coupons, payments},
    secrets::Session,
};

type Stream<T> = ReceiverStream<Result<T, Status>>;

/// Starts `watch` and gives what it sends.
pub(super) fn stream<T: Send + 'static, F>(
    watch: impl FnOnce(mpsc::Sender<Result<T, Status>>) -> F,
) -> Stream<T>
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(WATCH_MESSAGES_MAX);
    let watching = watch(sender.clone());
    tokio::spawn(async move {
        // A reader that goes away ends the watching, whatever it waits for.
        let outcome = tokio::select! {
            outcome = watching => outcome,
            () = sender.closed() => Ok(()),
        };
        if let Err(error) = outcome {
            let _ = sender.send(Err(error.into())).await;
        }
    });
    ReceiverStream::new(receiver)
}

/// A payment of the till's shop, which need not exist yet.
pub(super) fn payment(api: Api, till: Till, id: PaymentId) -> Stream<v1::WatchPaymentResponse> {
    stream(|sender| async move {
        let mut news = api.0.hub.watch(Topic::Payment(id));
        loop {
            if let Some(payment) = api.payment_of(till, id).await? {
                let payment = Some(api.0.payment_view(&payment));
                let _ = sender.send(Ok(v1::WatchPaymentResponse { payment })).await;
            }
            if news.next().await == News::Closed {
                return Ok(());
            }
        }
    })
}

/// A wallet, until its session ends.
pub(super) fn wallet(api: Api, session: Session) -> Stream<v1::WatchWalletResponse> {
    let left_ms = session.expires_at.0.saturating_sub(api.0.outside.clock.now().0);
    let left = Duration::from_millis(u64::try_from(left_ms).unwrap_or_default());
    stream(move |sender| async move {
        let watching = async {
            let mut news = api.0.hub.watch(Topic::Wallet(session.wallet));
            let mut change = Change::default();
            loop {
                let message = wallet_now(&api, session, &change).await?;
                let _ = sender.send(Ok(message)).await;
                change = match news.next().await {
                    News::Changed(changed) => (*changed).clone(),
                    News::Missed => Change::default(),
                    News::Closed => return Ok(()),
                };
            }
        };
        tokio::time::timeout(left, watching).await.unwrap_or(Ok(()))
    })
}

/// The wallet as it stands, with what changed.
async fn wallet_now(api: &Api, session: Session, change: &Change) -> Result<v1::WatchWalletResponse, Error> {
    api.0.still_linked(session)?;
    let (wallet, change) = (session.wallet, change.clone());
    let (view, payment, coupons) = api
        .0
        .readers
        .read(move |conn| {
            let view = balances::wallet(conn, wallet)?;
            let payment = change.payment.map(|id| payments::payment(conn, id)).transpose()?.flatten();
            Ok::<_, Error>((view, payment, coupons::by_id(conn, wallet, &change.coupons)?))
        })
        .await?;
    Ok(v1::WatchWalletResponse {
        wallet: view.map(|view| api.0.wallet_view(&view)),
        payment: payment.map(|payment| api.0.payment_view(&payment)),
        coupons: coupons.iter().map(|coupon| api.0.coupon_view(coupon)).collect(),
    })
}
