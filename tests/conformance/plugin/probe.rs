//! The service `conformance.v1.Probe`, one method per way in which a plugin can behave.

use std::collections::HashMap;
use std::io::Write;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use go_plugin::{BrokeredServer, Host, Services};
use plugin_proto::conformance::probe_server::Probe;
use tokio_stream::{Stream, StreamExt};
use tonic::transport::Channel;
use tonic::{Request, Response, Status};
use tonic_health::ServingStatus;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus as Answer;
use tonic_health::pb::health_client::HealthClient;

/// The probe, with the connections that it was asked to open.
pub(crate) struct ConformanceProbe {
    host: Host,
    /// Brokered servers of the host, by number. Kept, so that a second question shows whether the first one's
    /// connection still holds.
    dialled: Mutex<HashMap<u32, Channel>>,
    /// Brokered servers of ours, which end when they are dropped.
    served: Mutex<Vec<BrokeredServer>>,
}

impl ConformanceProbe {
    pub(crate) fn new(host: Host) -> Self {
        Self { host, dialled: Mutex::default(), served: Mutex::default() }
    }

    async fn connection(&self, id: u32) -> Result<Channel, Status> {
        let known = self.dialled.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        match known {
            Some(channel) => Ok(channel),
            None => {
                let channel = self.host.broker().dial(id).await.map_err(|error| unavailable(&error))?;
                self.dialled.lock().unwrap_or_else(PoisonError::into_inner).insert(id, channel.clone());
                Ok(channel)
            }
        }
    }
}

#[tonic::async_trait]
impl Probe for ConformanceProbe {
    async fn echo(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn panic(&self, request: Request<String>) -> Result<Response<()>, Status> {
        let text = request.into_inner();
        panic!("{text}")
    }

    type PanicInStreamStream = Pin<Box<dyn Stream<Item = Result<(), Status>> + Send>>;

    async fn panic_in_stream(&self, request: Request<String>) -> Result<Response<Self::PanicInStreamStream>, Status> {
        let text = request.into_inner();
        let messages = tokio_stream::iter([true, false]).map(move |is_first| {
            assert!(is_first, "{text}");
            Ok(())
        });
        Ok(Response::new(Box::pin(messages)))
    }

    async fn block(&self, request: Request<u32>) -> Result<Response<()>, Status> {
        std::thread::sleep(Duration::from_millis(request.into_inner().into()));
        Ok(Response::new(()))
    }

    async fn log(&self, request: Request<String>) -> Result<Response<()>, Status> {
        let text = request.into_inner();
        // The second field has a name that belongs to hclog, and a value that would end a Go host under that name.
        tracing::info!(text = %text, "@level" = 30_u32, "{text}");
        Ok(Response::new(()))
    }

    async fn print(&self, request: Request<String>) -> Result<Response<()>, Status> {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{}", request.into_inner())?;
        stdout.flush()?;
        Ok(Response::new(()))
    }

    async fn wait(&self, request: Request<u32>) -> Result<Response<()>, Status> {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(request.into_inner().into())) => {}
            () = self.host.shutting_down() => {}
        }
        Ok(Response::new(()))
    }

    async fn dial(&self, request: Request<u32>) -> Result<Response<String>, Status> {
        let channel = self.connection(request.into_inner()).await?;
        let answer = HealthClient::new(channel).check(HealthCheckRequest { service: String::new() }).await?;
        let status = Answer::try_from(answer.into_inner().status).unwrap_or(Answer::Unknown);
        Ok(Response::new(status.as_str_name().to_owned()))
    }

    async fn serve(&self, _request: Request<()>) -> Result<Response<u32>, Status> {
        let (reporter, health) = tonic_health::server::health_reporter();
        reporter.set_service_status("", ServingStatus::Serving).await;
        let server = self.host.broker().serve(Services::new().add_service(health)).await;
        let server = server.map_err(|error| unavailable(&error))?;
        let id = server.id();
        self.served.lock().unwrap_or_else(PoisonError::into_inner).push(server);
        Ok(Response::new(id))
    }

    async fn stop_serving(&self, request: Request<u32>) -> Result<Response<()>, Status> {
        let id = request.into_inner();
        self.served.lock().unwrap_or_else(PoisonError::into_inner).retain(|server| server.id() != id);
        Ok(Response::new(()))
    }
}

/// An error of the broker for the host to read, with its cause.
fn unavailable(error: &dyn std::error::Error) -> Status {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    Status::unavailable(format!("{error}{cause}"))
}
