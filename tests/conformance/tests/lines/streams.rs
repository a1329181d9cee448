//! Line 16 for answers that are streams, whose messages are made after the handler has returned.

use anyhow::{Context as _, Result, bail, ensure};
use go_plugin_conformance::PATIENCE;
use tonic::Code;

use crate::InUse;

#[tokio::test]
async fn line_16_a_panic_in_the_middle_of_a_stream_is_the_streams_own_error() -> Result<()> {
    let InUse { mut plugin, session, .. } = InUse::start().await?;
    let mut stream = session.probe().panic_in_stream("half-way".to_owned()).await?.into_inner();
    // Messages that are ready together travel together, so the first may be lost with the second.
    let error = loop {
        match tokio::time::timeout(PATIENCE, stream.message()).await.context("the stream hangs")? {
            Ok(Some(())) => {}
            Ok(None) => bail!("the panic is a regular end of the stream"),
            Err(error) => break error,
        }
    };
    ensure!(error.code() == Code::Internal, "{error:?}");
    ensure!(error.message().contains("PanicInStream") && error.message().contains("half-way"), "{error:?}");
    ensure!(plugin.is_alive()?, "the plugin has ended");
    session.ping().await
}
