//! Where the host connects: a unix socket in a folder of our own, or a loopback port where there are no unix sockets.
//!
//! The pinned certificate is what keeps strangers out. The private folder keeps them from even trying.

use std::fmt::{Display, Formatter};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
#[cfg(unix)]
use std::path::Path;
use std::path::PathBuf;

#[cfg(unix)]
use tempfile::TempDir;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use crate::offer::Offer;

/// `sun_path` holds 108 bytes on Linux and 104 on the BSDs and macOS, one of which ends the string.
const MAX_SOCKET_PATH_BYTES: usize = 103;

/// A byte stream to or from the host, before TLS.
pub(crate) trait RawStream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> RawStream for T {}

/// An address as hosts write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Unix(PathBuf),
    Tcp(SocketAddr),
}

impl Address {
    /// Go's name for the kind of address.
    pub(crate) fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unix(path) => path.display().fmt(f),
            Self::Tcp(address) => address.fmt(f),
        }
    }
}

/// The socket could not be made. The machine, or the folder that the host named, is at fault.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ListenError {
    /// There is no writable place for the socket.
    #[error(
        "making a private folder for the plugin's socket in {}; set TMPDIR to a folder that can be written to",
        .folder.display()
    )]
    MakeFolder {
        /// Where the folder was to be.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Unix sockets can't have a path as long as files can.
    #[error(
        "the socket path {} is longer than the {MAX_SOCKET_PATH_BYTES} bytes that the system allows; \
         set TMPDIR to a shorter path",
        .0.display()
    )]
    PathTooLong(PathBuf),
    /// The path can't be told to the host.
    #[error(
        "the socket path {0:?} is not UTF-8 or holds a character that ends a handshake field; \
         set TMPDIR to a plainer path"
    )]
    PathUnspeakable(PathBuf),
    /// The system refused.
    #[error("listening on {address}")]
    Bind {
        /// Path, or address and port.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The host's range of ports is used up.
    #[error("no free port on 127.0.0.1 from {} to {} (PLUGIN_MIN_PORT, PLUGIN_MAX_PORT)", .0.start(), .0.end())]
    NoFreePort(RangeInclusive<u16>),
    /// There is no such group, or this process may not give files to it.
    #[error("giving the socket to group {group:?} (PLUGIN_UNIX_SOCKET_GROUP)")]
    Group {
        /// Name or number, as the host gave it.
        group: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Makes the sockets of one start. Dropping it removes them and their folder.
pub(crate) struct Sockets {
    place: Place,
}

enum Place {
    #[cfg(unix)]
    Folder {
        folder: TempDir,
        group: Option<u32>,
    },
    Ports(RangeInclusive<u16>),
}

impl Sockets {
    /// Prepares the kind of socket that this system has, where the host wants it.
    pub(crate) fn prepare(offer: &Offer) -> Result<Self, ListenError> {
        #[cfg(unix)]
        return Self::in_folder(offer);
        #[cfg(not(unix))]
        return Ok(Self::on_ports(offer));
    }

    /// Sockets on loopback ports, as on systems without unix sockets.
    #[cfg_attr(
        all(unix, not(any(test, fuzzing))),
        expect(dead_code, reason = "what Windows uses; kept compiling and tested on unix")
    )]
    pub(crate) fn on_ports(offer: &Offer) -> Self {
        Self { place: Place::Ports(offer.ports.clone()) }
    }

    #[cfg(unix)]
    fn in_folder(offer: &Offer) -> Result<Self, ListenError> {
        let parent = offer.socket_folder.clone().unwrap_or_else(std::env::temp_dir);
        let folder = tempfile::Builder::new()
            .prefix("plugin")
            .rand_bytes(8)
            .permissions(std::fs::Permissions::from_mode(0o700))
            .tempdir_in(&parent)
            .map_err(|source| ListenError::MakeFolder { folder: parent, source })?;
        let group = match &offer.socket_group {
            Some(group) => {
                let failed = |source| ListenError::Group { group: group.clone(), source };
                let id = group_id(group).map_err(failed)?;
                // Opened to the group, and only for passing through, once it is the group's; set and not asked for at
                // the making, where the umask would have its say.
                std::os::unix::fs::chown(folder.path(), None, Some(id))
                    .and_then(|()| std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o710)))
                    .map_err(failed)?;
                Some(id)
            }
            None => None,
        };
        Ok(Self { place: Place::Folder { folder, group } })
    }

    /// Removes the folder now, whoever still holds a socket in it: the process is about to end.
    pub(crate) fn remove(&self) {
        #[cfg(unix)]
        if let Place::Folder { folder, .. } = &self.place {
            // It may be gone already, together with the whole temporary folder.
            let _ = std::fs::remove_dir_all(folder.path());
        }
    }

    /// Opens the next socket. `name` tells the sockets of one start apart and is one character or a number.
    pub(crate) async fn listen(&self, name: &str) -> Result<Listener, ListenError> {
        match &self.place {
            #[cfg(unix)]
            Place::Folder { folder, group } => listen_unix(folder.path(), name, *group),
            Place::Ports(ports) => listen_tcp(ports).await,
        }
    }
}

#[cfg(unix)]
fn listen_unix(folder: &Path, name: &str, group: Option<u32>) -> Result<Listener, ListenError> {
    let path = folder.join(name);
    if path.as_os_str().len() > MAX_SOCKET_PATH_BYTES {
        return Err(ListenError::PathTooLong(path));
    }
    // The path stands in a line whose fields are separated by bars, in a protocol whose strings are UTF-8.
    if path.to_str().is_none_or(|path| path.contains(['|', '\n', '\r'])) {
        return Err(ListenError::PathUnspeakable(path));
    }
    let socket = UnixListener::bind(&path)
        .map_err(|source| ListenError::Bind { address: path.display().to_string(), source })?;
    if let Some(group) = group {
        std::os::unix::fs::chown(&path, None, Some(group))
            .and_then(|()| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o660)))
            .map_err(|source| ListenError::Group { group: group.to_string(), source })?;
    }
    Ok(Listener { address: Address::Unix(path.clone()), socket: Socket::Unix(socket), path: Some(path) })
}

async fn listen_tcp(ports: &RangeInclusive<u16>) -> Result<Listener, ListenError> {
    for port in ports.clone() {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        match TcpListener::bind(address).await {
            Ok(socket) => {
                return Ok(Listener { address: Address::Tcp(address), socket: Socket::Tcp(socket), path: None });
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(source) => return Err(ListenError::Bind { address: address.to_string(), source }),
        }
    }
    Err(ListenError::NoFreePort(ports.clone()))
}

/// A group by number or by name.
#[cfg(unix)]
fn group_id(group: &str) -> io::Result<u32> {
    if let Ok(id) = group.parse() {
        return Ok(id);
    }
    let found = nix::unistd::Group::from_name(group)?;
    found
        .map(|group| group.gid.as_raw())
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no such group"))
}

/// An open socket. Dropping it removes its file.
pub(crate) struct Listener {
    address: Address,
    socket: Socket,
    path: Option<PathBuf>,
}

enum Socket {
    #[cfg(unix)]
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Listener {
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// Waits for the next connection.
    pub(crate) async fn accept(&self) -> io::Result<Box<dyn RawStream>> {
        match &self.socket {
            #[cfg(unix)]
            Socket::Unix(socket) => Ok(Box::new(crate::socket::Socket::new(socket.accept().await?.0)?)),
            Socket::Tcp(socket) => {
                let (stream, _) = socket.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // It may be gone with its folder already.
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn offer(folder: &Path) -> Offer {
        let folder = folder.to_owned();
        let mut offer = Offer::read(|_| None).unwrap();
        offer.socket_folder = Some(folder);
        offer
    }

    #[tokio::test]
    async fn the_socket_is_private_and_goes_with_its_owner() {
        let parent = tempfile::tempdir().unwrap();
        let sockets = Sockets::prepare(&offer(parent.path())).unwrap();
        let listener = sockets.listen("0").await.unwrap();
        let Address::Unix(path) = listener.address().clone() else { panic!("no unix socket") };
        let mode = std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        drop(listener);
        assert!(!path.exists());
        drop(sockets);
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_group_may_pass_through_the_folder_and_use_the_socket() {
        let parent = tempfile::tempdir().unwrap();
        let mut offer = offer(parent.path());
        offer.socket_group = Some(nix::unistd::getegid().to_string());
        let sockets = Sockets::prepare(&offer).unwrap();
        let listener = sockets.listen("0").await.unwrap();
        let Address::Unix(path) = listener.address() else { panic!("no unix socket") };
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o660);
        assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o710);

        offer.socket_group = Some("no-such-group".to_owned());
        assert!(matches!(Sockets::prepare(&offer), Err(ListenError::Group { .. })));
    }

    #[tokio::test]
    async fn paths_that_the_host_could_not_use_are_refused_in_words() {
        let parent = tempfile::tempdir().unwrap();
        let long = parent.path().join("x".repeat(MAX_SOCKET_PATH_BYTES));
        let barred = parent.path().join("a|b");
        for folder in [&long, &barred] {
            std::fs::create_dir(folder).unwrap();
        }
        let error = Sockets::prepare(&offer(&long)).unwrap().listen("0").await.err().unwrap();
        assert!(matches!(error, ListenError::PathTooLong(_)), "{error}");
        let error = Sockets::prepare(&offer(&barred)).unwrap().listen("0").await.err().unwrap();
        assert!(matches!(error, ListenError::PathUnspeakable(_)), "{error}");
        let missing = parent.path().join("missing");
        assert!(matches!(Sockets::prepare(&offer(&missing)), Err(ListenError::MakeFolder { .. })));
    }

    #[tokio::test]
    async fn ports_are_taken_in_order_and_may_run_out() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let mut offer = Offer::read(|_| None).unwrap();
        offer.ports = port..=port;
        let error = Sockets::on_ports(&offer).listen("0").await.err().unwrap();
        assert!(matches!(error, ListenError::NoFreePort(_)), "{error}");
        drop(taken);
        let listener = Sockets::on_ports(&offer).listen("0").await.unwrap();
        assert_eq!(listener.address().to_string(), format!("127.0.0.1:{port}"));
    }
}
