//! A connection to the real server, with any bytes on it.
//!
//! An input is a byte of switches and what the host sends: with the first switch after a proper start of HTTP/2, so that
//! the fuzzer need not find that out each time. The other switches say into how small pieces it is cut.
//!
//! What must hold: nothing panics, the server lets go of a host that has hung up, a proper host beside it is served as if
//! nothing had been, and once the server has ended no task is left.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use go_plugin::fuzzing::PluginServer;
use libfuzzer_sys::{Corpus, fuzz_target};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::timeout;

/// The client's preface and empty settings (RFC 9113 §3.4).
const START: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A health check as a real client sent it, behind its byte of switches.
const HEALTH_CHECK: &[u8] = include_bytes!("../corpus/grpc_frames/health_check");

/// The gRPC message in which a server says that it is serving.
const HEALTHY: &[u8] = &[0, 0, 0, 0, 2, 8, 1];

/// Longer than anything on the way waits for. The clock is a made-up one, so that this takes no time.
const LONG: Duration = Duration::from_secs(60);

/// What fits between the two ends; less than what a server may have to say, as on a real socket.
const PIPE_BYTES: usize = 16 * 1024;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime"));

fuzz_target!(|input: &[u8]| -> Corpus {
    let Some((switches, bytes)) = input.split_first() else { return Corpus::Reject };
    RUNTIME.block_on(async {
        let server = PluginServer::start().await.expect("a temporary folder");
        let ending = timeout(LONG, send(&server, *switches, bytes)).await;
        assert!(ending.is_ok(), "the server holds on to a host that has hung up");
        if !server.is_ending() {
            let healthy = timeout(LONG, is_healthy(&server)).await;
            assert_eq!(healthy, Ok(true), "a proper host is not served any more");
        }
        let ended = timeout(LONG, server.end()).await;
        assert!(matches!(ended, Ok(Ok(()))), "the server's end: {ended:?}");
        // Announced connections that nobody asked for are forgotten in this time.
        tokio::time::sleep(LONG).await;
        assert_eq!(Handle::current().metrics().num_alive_tasks(), 0, "tasks are left behind");
    });
    Corpus::Keep
});

/// Sends everything, hangs up, and listens until the server has hung up too.
async fn send(server: &PluginServer, switches: u8, bytes: &[u8]) {
    let (stream, theirs) = tokio::io::duplex(PIPE_BYTES);
    server.connect(theirs);
    let (mut answers, mut host) = tokio::io::split(stream);
    let sending = async {
        let piece = match switches >> 1 & 7 {
            0 => usize::MAX,
            exponent => 1 << (2 * (exponent - 1)),
        };
        let start = if switches & 1 == 0 { &[] } else { START };
        for piece in start.chunks(piece).chain(bytes.chunks(piece)) {
            // The server may have heard enough.
            if host.write_all(piece).await.is_err() {
                break;
            }
            tokio::task::yield_now().await;
        }
        let _ = host.shutdown().await;
    };
    let listening = async {
        let mut buffer = [0; 4096];
        while answers.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    };
    tokio::join!(sending, listening);
}

async fn is_healthy(server: &PluginServer) -> bool {
    let (mut host, theirs) = tokio::io::duplex(PIPE_BYTES);
    server.connect(theirs);
    host.write_all(HEALTH_CHECK.get(1..).unwrap_or_default()).await.is_ok() && hears(&mut host, HEALTHY).await
}

async fn hears(host: &mut DuplexStream, wanted: &[u8]) -> bool {
    let mut heard = Vec::new();
    while host.read_buf(&mut heard).await.is_ok_and(|read| read > 0) {
        if heard.windows(wanted.len()).any(|window| window == wanted) {
            return true;
        }
    }
    false
}
