//! Dialling a server that the host announced: its socket, mutual TLS with the roles swapped, HTTP/2.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use hyper_util::rt::TokioIo;
use plugin_proto::go_plugin::ConnInfo;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint, Uri};

use super::{BrokerError, PATIENCE};
use crate::listener::RawStream;
use crate::mtls::PinnedTls;

/// The name in go-plugin's certificates, sent as SNI. It is not verified: the bytes are.
const SERVER_NAME: &str = "localhost";

pub(super) async fn connect(id: u32, announced: &ConnInfo, tls: Option<&PinnedTls>) -> Result<Channel, BrokerError> {
    let connecting = async {
        let stream = open(id, announced).await?;
        secure(stream, tls).await.map_err(|source| BrokerError::Connect { id, source })
    };
    let stream = match tokio::time::timeout(PATIENCE, connecting).await {
        Ok(outcome) => outcome?,
        Err(_) => return Err(BrokerError::Connect { id, source: io::ErrorKind::TimedOut.into() }),
    };

    // The stream is handed over once. When the host has closed it, a second attempt finds nothing and the calls fail,
    // instead of waiting for a listener that will not come back.
    let mut stream = Some(TokioIo::new(stream));
    let once = tower::service_fn(move |_: Uri| {
        let stream = stream.take();
        async move { stream.ok_or_else(|| io::Error::new(io::ErrorKind::NotConnected, "the host closed the connection")) }
    });
    // The address is a dummy: the connector knows where it goes. No keep-alive pings, which Go's servers punish.
    Endpoint::from_static("http://localhost")
        .connect_with_connector(once)
        .await
        .map_err(|source| BrokerError::Grpc { id, source })
}

async fn open(id: u32, announced: &ConnInfo) -> Result<Box<dyn RawStream>, BrokerError> {
    let ConnInfo { network, address, .. } = announced;
    let refused = || BrokerError::AddressRefused { id, network: network.clone(), address: address.clone() };
    let failed = |source| BrokerError::Connect { id, source };
    match network.as_str() {
        #[cfg(unix)]
        "unix" if Path::new(address).is_absolute() => Ok(Box::new(UnixStream::connect(address).await.map_err(failed)?)),
        "tcp" => {
            let address: SocketAddr = address.parse().map_err(|_| refused())?;
            if !address.ip().is_loopback() {
                return Err(refused());
            }
            Ok(Box::new(TcpStream::connect(address).await.map_err(failed)?))
        }
        _ => Err(refused()),
    }
}

async fn secure(stream: Box<dyn RawStream>, tls: Option<&PinnedTls>) -> io::Result<Box<dyn RawStream>> {
    let Some(tls) = tls else { return Ok(stream) };
    let name = ServerName::try_from(SERVER_NAME).map_err(io::Error::other)?;
    let stream = TlsConnector::from(tls.client.clone()).connect(name, stream).await?;
    Ok(Box::new(stream))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_unix_sockets_and_loopback_are_dialled() {
        for (network, address) in [
            ("tcp", "192.0.2.1:80"),
            ("tcp", "localhost:80"),
            ("tcp", "nonsense"),
            ("udp", "127.0.0.1:80"),
            ("unix", "relative/path"),
            ("", ""),
        ] {
            let announced =
                ConnInfo { service_id: 7, network: network.to_owned(), address: address.to_owned(), knock: None };
            let error = connect(7, &announced, None).await.unwrap_err();
            assert!(matches!(error, BrokerError::AddressRefused { id: 7, .. }), "{network} {address}: {error}");
        }
    }

    #[tokio::test]
    async fn a_socket_that_is_gone_is_named_as_such() {
        let announced =
            ConnInfo { service_id: 7, network: "unix".to_owned(), address: "/nonexistent/s".to_owned(), knock: None };
        let error = connect(7, &announced, None).await.unwrap_err();
        assert!(matches!(error, BrokerError::Connect { id: 7, .. }), "{error}");
    }
}
