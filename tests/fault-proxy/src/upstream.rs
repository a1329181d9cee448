//! The real server behind the proxy.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use http::uri::Authority;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::listen::certificates;
use crate::start_error::StartError;

/// A server and how to reach it.
#[derive(Clone)]
pub struct Upstream {
    address: SocketAddr,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Upstream {
    /// A server without TLS: `http://127.0.0.1:2379` or `127.0.0.1:2379`.
    ///
    /// # Errors
    /// If the address has another form or its name can't be looked up.
    pub fn plain(address: &str) -> Result<Self, StartError> {
        let (_, address) = look_up(address, "http://", "http://127.0.0.1:8200")?;
        Ok(Self { address, tls: None })
    }

    /// A server with TLS whose certificate an authority of `ca` (PEM) has signed: `https://127.0.0.1:8200` or
    /// `127.0.0.1:8200`.
    ///
    /// # Errors
    /// If the address has another form, its name can't be looked up, or `ca` can't be read.
    pub fn tls(address: &str, ca: &str) -> Result<Self, StartError> {
        let expected = "https://127.0.0.1:8200";
        let (host, socket_address) = look_up(address, "https://", expected)?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let name =
            ServerName::try_from(host).map_err(|_| StartError::Address { address: address.to_owned(), expected })?;

        let what = "certificate of the server's authority";
        let mut roots = RootCertStore::empty();
        for root in certificates(ca, what)? {
            roots.add(root).map_err(|source| StartError::Tls { what, source })?;
        }
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|source| StartError::Tls { what, source })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { address: socket_address, tls: Some((TlsConnector::from(Arc::new(config)), name)) })
    }

    /// Passes one request on, on a connection of its own, and returns as soon as the head of the answer is there.
    pub(crate) async fn send(&self, request: Request<Incoming>) -> io::Result<Response<Incoming>> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        match &self.tls {
            None => exchange(stream, request).await,
            Some((connector, name)) => exchange(connector.connect(name.clone(), stream).await?, request).await,
        }
    }
}

/// The connection lives until the body of the answer is read or dropped.
async fn exchange<S>(stream: S, request: Request<Incoming>) -> io::Result<Response<Incoming>>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // Its errors reach us through the answer or its body.
    tokio::spawn(connection);
    sender.send_request(request).await.map_err(io::Error::other)
}

/// Host and socket address of a server.
pub(crate) fn look_up(address: &str, scheme: &str, expected: &'static str) -> Result<(String, SocketAddr), StartError> {
    let wrong = || StartError::Address { address: address.to_owned(), expected };
    let authority = address.strip_prefix(scheme).unwrap_or(address);
    let authority: Authority = authority.strip_suffix('/').unwrap_or(authority).parse().map_err(|_| wrong())?;
    let (host, port) = (authority.host(), authority.port_u16().ok_or_else(wrong)?);
    let look_up = |source| StartError::LookUp { address: authority.to_string(), source };
    let found = (host.trim_matches(['[', ']']), port).to_socket_addrs().map_err(look_up)?.next();
    let found = found.ok_or_else(|| look_up(io::ErrorKind::NotFound.into()))?;
    Ok((host.to_owned(), found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: Option<&str>) {
        let found = look_up(address, "http://", "…").map(|(_, found)| found.to_string());
        assert_eq!(found.as_deref().ok(), expected, "{address}: {found:?}");
    }

    #[test]
    fn addresses_have_a_host_and_a_port_and_perhaps_the_scheme() {
        check("127.0.0.1:80", Some("127.0.0.1:80"));
        check("http://127.0.0.1:80", Some("127.0.0.1:80"));
        check("http://127.0.0.1:80/", Some("127.0.0.1:80"));
        check("http://[::1]:80", Some("[::1]:80"));
        check("https://127.0.0.1:80", None);
        check("127.0.0.1", None);
        check("http://127.0.0.1:80/v1", None);
        check("", None);
    }
}
