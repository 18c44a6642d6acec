//! A client's socket that ends when the client makes us wait for too long, or when it is cut. It does not look at the
//! bytes; it knows only which side has to act next.

use super::pace::Late;
use super::pulse::Pulse;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_rustls::server::TlsStream;

/// A stream over a TCP connection.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// The connection below.
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// A socket with patience.
pub(crate) struct Paced<S> {
    socket: S,
    pulse: Arc<Pulse>,
    /// Fires when it is time to look at the client, or before.
    timer: Pin<Box<Sleep>>,
    /// We have ended it.
    is_ended: bool,
    /// The client has ended its sending side.
    has_left: bool,
}

impl<S: Socket> Paced<S> {
    pub(super) fn new(socket: S, pulse: Arc<Pulse>) -> Paced<S> {
        metrics::gauge!("linecard_http_sockets").increment(1);
        let timer = Box::pin(sleep_until(pulse.look_again()));
        Paced { socket, pulse, timer, is_ended: false, has_left: false }
    }

    /// An error when the connection was cut.
    fn whole(&mut self) -> io::Result<()> {
        if self.pulse.is_cut() { Err(self.end("cut", true, io::ErrorKind::ConnectionAborted)) } else { Ok(()) }
    }

    /// Waits for the socket, but not for longer than the client may take.
    fn wait<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        self.pulse.register(context.waker());
        // Looked at after the waker is in place, so that a cut in between is not missed.
        self.whole()?;
        loop {
            let due = self.pulse.due();
            if let Some((at, late)) = due
                && (at < self.timer.deadline() || self.timer.is_elapsed())
            {
                if at <= Instant::now() {
                    return Poll::Ready(Err(self.late(late)));
                }
                self.timer.as_mut().reset(at);
            } else if self.timer.is_elapsed() {
                self.timer.as_mut().reset(self.pulse.look_again());
            }
            if self.timer.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// The client has ended its sending side. While it is answered nobody is told, because it may have said
    /// all that it wanted to say; if it hung up instead, the next writes or its patience show it.
    fn left(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.has_left = true;
        if self.pulse.left() { self.wait(context) } else { Poll::Ready(Ok(())) }
    }

    fn late(&mut self, late: Late) -> io::Error {
        let (why, is_abandoned) = match late {
            Late::Idle => ("idle", false),
            Late::Head => ("head", false),
            Late::Stalled => ("stalled", true),
            Late::Left => ("left", true),
        };
        self.end(why, is_abandoned, io::ErrorKind::TimedOut)
    }

    /// Ends the connection from our side. Of an abandoned one the kernel forgets what it still
    /// has to send, which nobody reads.
    fn end(&mut self, why: &'static str, is_abandoned: bool, kind: io::ErrorKind) -> io::Error {
        if is_abandoned {
            // A socket that is gone needs no such order.
            let _ = self.socket.tcp().set_zero_linger();
        }
        if !std::mem::replace(&mut self.is_ended, true) {
            metrics::counter!("linecard_http_closed_total", "why" => why).increment(1);
        }
        io::Error::new(kind, why)
    }

    /// Notes what became of a write, and waits when the socket is full.
    fn wrote(&mut self, context: &mut Context<'_>, wrote: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match wrote {
            Poll::Ready(Ok(count)) => {
                self.pulse.took(count);
                Poll::Ready(Ok(count))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                self.pulse.blocked();
                self.wait(context)
            }
        }
    }
}

impl<S> Drop for Paced<S> {
    fn drop(&mut self) {
        metrics::gauge!("linecard_http_sockets").decrement(1);
    }
}

impl<S: Socket> AsyncRead for Paced<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.whole()?;
        if this.has_left {
            return this.left(context);
        }
        let before = buffer.filled().len();
        match Pin::new(&mut this.socket).poll_read(context, buffer) {
            Poll::Pending => this.wait(context),
            Poll::Ready(Ok(())) if buffer.filled().len() == before && buffer.remaining() > 0 => this.left(context),
            ready => {
                this.pulse.received(buffer.filled().get(before..).unwrap_or_default());
                ready
            }
        }
    }
}

impl<S: Socket> AsyncWrite for Paced<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.whole()?;
        let wrote = Pin::new(&mut this.socket).poll_write(context, bytes);
        this.wrote(context, wrote)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.whole()?;
        let wrote = Pin::new(&mut this.socket).poll_write_vectored(context, pieces);
        this.wrote(context, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.whole()?;
        match Pin::new(&mut this.socket).poll_flush(context) {
            Poll::Pending => {
                this.pulse.blocked();
                this.wait(context)
            }
            ready => {
                this.pulse.flushed();
                ready
            }
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.whole()?;
        match Pin::new(&mut this.socket).poll_shutdown(context) {
            Poll::Pending => {
                this.pulse.blocked();
                this.wait(context)
            }
            ready => ready,
        }
    }
}
