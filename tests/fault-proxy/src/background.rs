//! The thread behind a proxy, so that tests can use it without knowing of async.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio::sync::oneshot;

use crate::start_error::StartError;

/// How long to wait when the system refuses to accept (it is out of descriptors, say), so as not to spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A listener on a free port of 127.0.0.1, served by a thread until this is dropped.
///
/// One thread for all connections: they are on the same machine and wait most of the time.
#[derive(Debug)]
pub(crate) struct Background {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Calls `serve` with each connection, in the order in which they come, and runs what it returns.
    pub(crate) fn start<S, F>(serve: S) -> Result<Self, StartError>
    where
        S: FnMut(TcpStream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        Self::try_start(serve).map_err(StartError::Listen)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    fn try_start<S, F>(serve: S) -> io::Result<Self>
    where
        S: FnMut(TcpStream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("fault-proxy".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, serve) => {}
                }
            });
            // Here the runtime goes, and with it every connection.
        })?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has printed why.
            let _ = thread.join();
        }
    }
}

async fn accept<S, F>(listener: TcpListener, mut serve: S)
where
    S: FnMut(TcpStream) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        // Only a delay is lost where it fails.
        let _ = stream.set_nodelay(true);
        tokio::spawn(serve(stream));
    }
}
