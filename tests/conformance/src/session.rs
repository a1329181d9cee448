//! A host's main connection to its plugin.

use std::io;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use hyper_util::rt::TokioIo;
use plugin_proto::conformance::probe_client::ProbeClient;
use plugin_proto::go_plugin::Empty;
use plugin_proto::go_plugin::grpc_controller_client::GrpcControllerClient;
use plugin_proto::go_plugin::grpc_stdio_client::GrpcStdioClient;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic_health::ServingStatus;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::broker::BrokerStream;
use crate::counted::{Counted, Received};
use crate::{Credentials, HandshakeLine, Identity, Peer, TlsVersion, client};

/// What a Terraform host accepts in one message.
const MAX_MESSAGE_BYTES: usize = 256 << 20;

/// An open connection, as a host sees it.
#[derive(Clone, Debug)]
pub struct Session {
    /// The gRPC channel. It does not reconnect.
    pub channel: Channel,
}

impl Session {
    /// Connects as the host that the plugin was started for.
    ///
    /// # Errors
    /// The plugin can't be reached or is somebody else.
    pub async fn open(line: &HandshakeLine, host: &Identity) -> Result<Self> {
        Self::open_with(line, host, TlsVersion::V1_3).await
    }

    /// The same in one version of TLS.
    ///
    /// # Errors
    /// The plugin can't be reached or is somebody else.
    pub async fn open_with(line: &HandshakeLine, host: &Identity, version: TlsVersion) -> Result<Self> {
        let certificate = line.certificate.clone().context("the plugin serves in plaintext")?;
        let config = client(version, &Peer::exactly(certificate), Credentials::of(host)?)?;
        let stream = Self::secure(line.connect().await?, config).await.context("shaking hands")?;
        Ok(Self { channel: channel_over(stream).await?.0 })
    }

    /// Connects without TLS.
    ///
    /// # Errors
    /// The plugin can't be reached.
    pub async fn open_plaintext(line: &HandshakeLine) -> Result<Self> {
        Ok(Self { channel: channel_over(line.connect().await?).await?.0 })
    }

    /// Shakes hands over a stream, under the name that is in every certificate of go-plugin.
    ///
    /// # Errors
    /// One side refuses the other.
    pub async fn secure<S>(stream: S, config: ClientConfig) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }

    /// The plugin's own service.
    #[must_use]
    pub fn probe(&self) -> ProbeClient<Channel> {
        ProbeClient::new(self.channel.clone())
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES)
    }

    /// What hosts do to find out whether a plugin lives.
    ///
    /// # Errors
    /// It does not, or not well.
    pub async fn ping(&self) -> Result<()> {
        let request = HealthCheckRequest { service: "plugin".to_owned() };
        let answer = HealthClient::new(self.channel.clone()).check(request).await.context("pinging")?;
        let status = answer.into_inner().status;
        ensure!(status == ServingStatus::Serving as i32, "the plugin's health is {status}");
        Ok(())
    }

    /// Opens the stream on which both sides announce connections.
    ///
    /// # Errors
    /// The plugin has no broker.
    pub async fn broker(&self) -> Result<BrokerStream> {
        BrokerStream::open(self.channel.clone()).await
    }

    /// Opens the stream of what the plugin prints.
    ///
    /// # Errors
    /// The plugin has none.
    pub async fn stdio(&self) -> Result<tonic::Streaming<plugin_proto::go_plugin::StdioData>> {
        let answer = GrpcStdioClient::new(self.channel.clone()).stream_stdio(()).await.context("opening stdio")?;
        Ok(answer.into_inner())
    }

    /// Asks the plugin to end.
    ///
    /// # Errors
    /// It did not answer. Hosts don't mind.
    pub async fn shutdown(&self) -> Result<()> {
        GrpcControllerClient::new(self.channel.clone()).shutdown(Empty {}).await.context("asking for the end")?;
        Ok(())
    }
}

/// Starts HTTP/2 over a stream, and counts what the other side sends on it. The channel ends with the stream.
///
/// # Errors
/// The stream broke at once.
pub async fn channel_over<S>(stream: S) -> Result<(Channel, Received)>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let received = Received::default();
    let mut stream = Some(TokioIo::new(Counted::new(stream, received.clone())));
    let once = tower::service_fn(move |_: Uri| {
        let stream = stream.take();
        async move { stream.ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected)) }
    });
    let channel = Endpoint::from_static("http://localhost").connect_with_connector(once).await;
    Ok((channel.context("starting HTTP/2")?, received))
}
