//! A host's storage, played in memory: it has transactions, and counts those that are open. As in `OpenBao`, what comes with the
//! number of one that it does not know is for the mount itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use plugin_proto::vault::pb;
use plugin_proto::vault::pb::storage_server::{Storage, StorageServer};
use tokio::io::DuplexStream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::link::Link;

type Answer<T> = Result<Response<T>, Status>;

/// Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct PlayedHost {
    state: Arc<Mutex<State>>,
    /// What each beginning of a transaction takes.
    delay: Duration,
    /// What each write and each commit takes before it is done. A rollback is quick: it overtakes what came before it.
    write: Duration,
}

type Entries = BTreeMap<String, pb::StorageEntry>;

#[derive(Default)]
struct State {
    entries: Entries,
    /// What is written in each transaction.
    open: BTreeMap<String, Entries>,
    begun: usize,
    stalled: bool,
    /// Keys that were written beside a transaction that was meant.
    strays: Vec<String>,
}

impl PlayedHost {
    /// One that takes its time to begin a transaction.
    pub(crate) fn slow(delay: Duration) -> Self {
        Self { delay, ..Self::default() }
    }

    /// The same, and it takes its time to write and to commit.
    pub(crate) fn taking(self, write: Duration) -> Self {
        Self { write, ..self }
    }

    /// A connection to it. Needs a runtime.
    pub(crate) fn link(&self) -> Arc<Link> {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        self.serve(theirs);
        Arc::new(Link::over(ours))
    }

    fn serve(&self, theirs: DuplexStream) {
        let served = tonic::transport::Server::builder().add_service(StorageServer::new(self.clone()));
        let incoming = futures_util::stream::iter([Ok::<_, std::io::Error>(theirs)]);
        tokio::spawn(served.serve_with_incoming(incoming));
    }

    /// The same, until it is cut off.
    pub(crate) fn link_until(&self, cut: CancellationToken) -> Arc<Link> {
        let (ours, mut near) = tokio::io::duplex(1 << 16);
        let (mut far, theirs) = tokio::io::duplex(1 << 16);
        self.serve(theirs);
        tokio::spawn(async move {
            tokio::select! {
                () = cut.cancelled() => {}
                _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
            }
        });
        Arc::new(Link::over(ours))
    }

    /// From now on what is read never comes.
    pub(crate) fn stall(&self) {
        self.state().stalled = true;
    }

    /// How many transactions are open, and how many there were.
    pub(crate) fn transactions(&self) -> (usize, usize) {
        let state = self.state();
        (state.open.len(), state.begun)
    }

    /// The keys of what is there for all.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.state().entries.keys().cloned().collect()
    }

    /// The keys of what was written with the number of a transaction that is not there.
    pub(crate) fn strays(&self) -> Vec<String> {
        self.state().strays.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn end(&self, txn: &str, commits: bool) -> String {
        if commits {
            tokio::time::sleep(self.write).await;
        }
        let mut state = self.state();
        let Some(written) = state.open.remove(txn) else { return "no such transaction".to_owned() };
        if commits {
            state.entries.extend(written);
        }
        String::new()
    }

    async fn begin(&self) -> Answer<pb::StorageBeginTxReply> {
        let txn = {
            let mut state = self.state();
            state.begun += 1;
            let txn = state.begun.to_string();
            state.open.insert(txn.clone(), Entries::new());
            txn
        };
        tokio::time::sleep(self.delay).await;
        Ok(Response::new(pb::StorageBeginTxReply { txn, err: String::new() }))
    }
}

#[tonic::async_trait]
impl Storage for PlayedHost {
    async fn list(&self, _: Request<pb::StorageListArgs>) -> Answer<pb::StorageListReply> {
        Err(Status::unimplemented(""))
    }

    async fn list_page(&self, _: Request<pb::StorageListPageArgs>) -> Answer<pb::StorageListReply> {
        Err(Status::unimplemented(""))
    }

    async fn get(&self, request: Request<pb::StorageGetArgs>) -> Answer<pb::StorageGetReply> {
        if self.state().stalled {
            std::future::pending::<()>().await;
        }
        let pb::StorageGetArgs { key, txn } = request.into_inner();
        let state = self.state();
        let entry = state.open.get(&txn).and_then(|written| written.get(&key)).or_else(|| state.entries.get(&key));
        let entry = entry.cloned();
        Ok(Response::new(pb::StorageGetReply { entry, err: String::new() }))
    }

    async fn put(&self, request: Request<pb::StoragePutArgs>) -> Answer<pb::StoragePutReply> {
        tokio::time::sleep(self.write).await;
        let pb::StoragePutArgs { entry, txn } = request.into_inner();
        let (entry, mut state) = (entry.unwrap_or_default(), self.state());
        if let Some(written) = state.open.get_mut(&txn) {
            written.insert(entry.key.clone(), entry);
        } else {
            if !txn.is_empty() {
                state.strays.push(entry.key.clone());
            }
            state.entries.insert(entry.key.clone(), entry);
        }
        Ok(Response::new(pb::StoragePutReply::default()))
    }

    async fn delete(&self, _: Request<pb::StorageDeleteArgs>) -> Answer<pb::StorageDeleteReply> {
        Err(Status::unimplemented(""))
    }

    async fn is_transactional(&self, _: Request<pb::Empty>) -> Answer<pb::StorageIsTransactionalReply> {
        Ok(Response::new(pb::StorageIsTransactionalReply { transactional: true }))
    }

    async fn begin_read_only_tx(&self, _: Request<pb::Empty>) -> Answer<pb::StorageBeginTxReply> {
        self.begin().await
    }

    async fn begin_tx(&self, _: Request<pb::Empty>) -> Answer<pb::StorageBeginTxReply> {
        self.begin().await
    }

    async fn commit(&self, request: Request<pb::StorageCommitTxArgs>) -> Answer<pb::StorageCommitTxReply> {
        Ok(Response::new(pb::StorageCommitTxReply { err: self.end(&request.get_ref().txn, true).await }))
    }

    async fn rollback(&self, request: Request<pb::StorageRollbackTxArgs>) -> Answer<pb::StorageRollbackTxReply> {
        Ok(Response::new(pb::StorageRollbackTxReply { err: self.end(&request.get_ref().txn, false).await }))
    }
}
