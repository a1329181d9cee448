//! Listeners that note what they are sent.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::version::{TLS12, TLS13};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::trust::Identity;

/// A listener on loopback.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
}

/// What an answer is.
#[derive(Clone)]
pub(crate) enum Answer {
    /// An empty object.
    Fine,
    /// A redirect to this address.
    Redirect(String),
    /// These bytes.
    Raw(&'static [u8]),
}

/// How it listens.
#[derive(Clone)]
pub(crate) enum Manner {
    /// Without TLS.
    Plain,
    /// With this certificate.
    Tls(Identity),
    /// With this certificate, and at most TLS 1.2.
    Tls12(Identity),
    /// It closes each connection at once.
    Closes,
    /// It answers a handshake with this instead of one.
    Instead(&'static [u8]),
}

impl Listener {
    pub(crate) async fn start(manner: Manner, answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (manner, answer, noted) = (manner.clone(), answer.clone(), Arc::clone(&noted));
                tokio::spawn(async move {
                    // A client that breaks off is what is wanted here.
                    let _ = match manner {
                        Manner::Plain => serve(connection, &answer, &noted).await,
                        Manner::Closes => Ok(()),
                        Manner::Instead(bytes) => instead(connection, bytes, &noted).await,
                        Manner::Tls(identity) => {
                            let acceptor = acceptor(&identity, &[&TLS12, &TLS13]);
                            match acceptor.accept(connection).await {
                                Ok(tls) => serve(tls, &answer, &noted).await,
                                Err(error) => Err(error),
                            }
                        }
                        Manner::Tls12(identity) => match acceptor(&identity, &[&TLS12]).accept(connection).await {
                            Ok(tls) => serve(tls, &answer, &noted).await,
                            Err(error) => Err(error),
                        },
                    };
                });
            }
        });
        Self { address, heard }
    }

    /// Everything that it was sent, in clear or decrypted.
    pub(crate) fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()).into_owned()
    }
}

fn acceptor(identity: &Identity, versions: &[&'static rustls::SupportedProtocolVersion]) -> TlsAcceptor {
    let chain = identity.chain.iter().cloned().map(CertificateDer::from).collect();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.key.clone()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(
    mut connection: impl AsyncRead + AsyncWrite + Unpin,
    answer: &Answer,
    heard: &Mutex<Vec<u8>>,
) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let length = connection.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        heard.lock().unwrap().extend_from_slice(&buffer[..length]);
        if !heard.lock().unwrap().windows(4).any(|window| window == b"\r\n\r\n") {
            continue;
        }
        let text = match answer {
            Answer::Fine => b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
            Answer::Redirect(to) => {
                format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into_bytes()
            }
            Answer::Raw(bytes) => bytes.to_vec(),
        };
        connection.write_all(&text).await?;
        connection.flush().await?;
    }
}

/// Notes what comes after the first flight of a handshake, too: nothing of it may be readable.
async fn instead(
    mut connection: impl AsyncRead + AsyncWrite + Unpin,
    bytes: &[u8],
    heard: &Mutex<Vec<u8>>,
) -> io::Result<()> {
    connection.write_all(bytes).await?;
    let mut buffer = Vec::new();
    let read = connection.read_to_end(&mut buffer).await;
    heard.lock().unwrap().extend_from_slice(&buffer);
    read.map(drop)
}
