//! Clients without retries, and how to tell one broken connection from another.

use std::error::Error;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use acceptance::{Authority, Identity};
use anyhow::{Context as _, Result};
use fault_proxy::{FaultProxy, Listen, Upstream};
use reqwest::blocking::{Client, ClientBuilder};
use tempfile::TempDir;

use crate::origin::Origin;

/// Longer than anything takes here, so that a test fails instead of hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// An authority with one certificate for 127.0.0.1, which proxy and origin share.
pub(crate) struct Certificates {
    pub(crate) authority: Authority,
    pub(crate) identity: Identity,
    pub(crate) key: String,
    _folder: TempDir,
}

impl Certificates {
    pub(crate) fn create() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let authority = Authority::create(folder.path())?;
        let identity = authority.server("proxy", &["127.0.0.1", "localhost"])?;
        let key = fs::read_to_string(&identity.key_file)?;
        Ok(Self { authority, identity, key, _folder: folder })
    }

    pub(crate) fn listen(&self) -> Result<Listen> {
        Ok(Listen::tls(&self.identity.certificate_pem, &self.key)?)
    }

    pub(crate) fn client(&self) -> Result<Client> {
        let root = reqwest::Certificate::from_pem(self.authority.certificate_pem().as_bytes())?;
        Ok(builder().tls_certs_only([root]).build()?)
    }
}

/// Plain on both sides.
pub(crate) fn plain() -> Result<(Origin, FaultProxy)> {
    let origin = Origin::start()?;
    let proxy = FaultProxy::start(Upstream::plain(&origin.address())?, Listen::plain())?;
    Ok((origin, proxy))
}

/// TLS on both sides.
pub(crate) fn tls(certificates: &Certificates) -> Result<(Origin, FaultProxy)> {
    let origin = Origin::start_tls(&certificates.identity.certificate_pem, &certificates.key)?;
    let upstream = Upstream::tls(&origin.address(), certificates.authority.certificate_pem())?;
    Ok((origin, FaultProxy::start(upstream, certificates.listen()?)?))
}

pub(crate) fn plain_client() -> Result<Client> {
    Ok(builder().build()?)
}

pub(crate) fn builder() -> ClientBuilder {
    Client::builder().no_proxy().retry(reqwest::retry::never()).timeout(PATIENCE).tls_certs_only([])
}

/// Sends bytes and reads to the end of the connection: what came, and how it ended. A reset that comes early is told by the
/// write already.
pub(crate) fn exchange(address: SocketAddr, request: &str) -> Result<(String, io::Result<()>)> {
    let mut stream = connect(address)?;
    if let Err(early) = stream.write_all(request.as_bytes()) {
        return Ok((String::new(), Err(early)));
    }
    Ok(read_to_end(&mut stream))
}

pub(crate) fn connect(address: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

pub(crate) fn read_to_end(stream: &mut TcpStream) -> (String, io::Result<()>) {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map(drop);
    (String::from_utf8(bytes).unwrap(), end)
}

/// The kind of the I/O error at the bottom of an error of reqwest.
pub(crate) fn io_kind(error: &(dyn Error + 'static)) -> Result<io::ErrorKind> {
    let mut deepest = None;
    let mut next = Some(error);
    while let Some(error) = next {
        deepest = error.downcast_ref::<io::Error>().map(io::Error::kind).or(deepest);
        next = error.source();
    }
    deepest.with_context(|| format!("no I/O error in {error:?}"))
}
