//! Connections that send what is ready in one go. A commit answers many payments at once; each answer would else be a packet and a
//! system call of its own, here and at the till's end.

use std::{
    io::{self, IoSlice},
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum_server::accept::Accept;
use futures::{TryFutureExt, future::MapOk};
use tokio::io::{AsyncRead, AsyncWrite, BufWriter, ReadBuf};

/// Bytes that are kept back at most.
const GATHERED_MAX: usize = 16 * 1024;

/// Accepts as another acceptor does, and gathers what is sent.
#[derive(Debug, Clone)]
pub(crate) struct Gather<A>(pub A);

type Gathering<I, S> = fn((I, S)) -> (Gathered<I>, S);

impl<A: Accept<I, S, Stream: AsyncWrite>, I, S> Accept<I, S> for Gather<A> {
    type Stream = Gathered<A::Stream>;
    type Service = A::Service;
    type Future = MapOk<A::Future, Gathering<A::Stream, A::Service>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        self.0.accept(stream, service).map_ok(|(stream, service)| {
            let stream = BufWriter::with_capacity(GATHERED_MAX, stream);
            (Gathered { stream, others_had_their_turn: false }, service)
        })
    }
}

/// A connection that, told to send, first lets the tasks go on that are ready to: they may have something to add.
#[derive(Debug)]
pub(crate) struct Gathered<I> {
    stream: BufWriter<I>,
    others_had_their_turn: bool,
}

impl<I: AsyncWrite + Unpin> Gathered<I> {
    fn stream(self: Pin<&mut Self>) -> Pin<&mut BufWriter<I>> {
        Pin::new(&mut self.get_mut().stream)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Gathered<I> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream().poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream().poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.stream.buffer().is_empty() && !mem::replace(&mut self.others_had_their_turn, true) {
            // A task that wakes itself comes after those that wait already.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        ready!(self.as_mut().stream().poll_flush(cx))?;
        self.others_had_their_turn = false;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncRead for Gathered<I> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(cx, bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, time::Duration};

    use axum_server::accept::DefaultAcceptor;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    use super::*;

    /// A connection, its other end, and what that receives each time it looks.
    async fn connection() -> (Gathered<DuplexStream>, DuplexStream) {
        let (here, there) = tokio::io::duplex(4 * GATHERED_MAX);
        let (here, ()) = Gather(DefaultAcceptor).accept(here, ()).await.unwrap();
        (here, there)
    }

    async fn received(there: &mut DuplexStream) -> Vec<u8> {
        let mut bytes = vec![0; 4 * GATHERED_MAX];
        let count = there.read(&mut bytes).await.unwrap();
        bytes.truncate(count);
        bytes
    }

    #[tokio::test]
    async fn what_tasks_have_ready_goes_together() {
        let (mut here, mut there) = connection().await;
        here.write_all(b"one ").await.unwrap();
        let told = poll_fn(|cx| Poll::Ready(Pin::new(&mut here).poll_flush(cx))).await;
        assert!(told.is_pending(), "the others were not waited for");
        here.write_all(b"two").await.unwrap();
        here.flush().await.unwrap();
        assert_eq!(received(&mut there).await, b"one two");
    }

    #[tokio::test]
    async fn nothing_waits_for_more_to_come() {
        let (mut here, mut there) = connection().await;
        for _ in 0..3 {
            here.write_all(b"an answer").await.unwrap();
            here.flush().await.unwrap();
            let arrived = tokio::time::timeout(Duration::from_secs(20), received(&mut there)).await;
            assert_eq!(arrived.unwrap(), b"an answer");
        }
    }

    #[tokio::test]
    async fn much_is_sent_whole_and_in_order() {
        let (mut here, mut there) = connection().await;
        let sent: Vec<u8> = (0..20 * GATHERED_MAX).map(|n| (n % 251).to_le_bytes()[0]).collect();
        let sending = async {
            for part in sent.chunks(1_000) {
                here.write_all(part).await.unwrap();
            }
            here.shutdown().await.unwrap();
        };
        let mut arrived = Vec::new();
        let (_, count) = tokio::join!(sending, there.read_to_end(&mut arrived));
        assert_eq!(count.unwrap(), sent.len());
        assert!(arrived == sent, "the bytes are others");
    }
}
