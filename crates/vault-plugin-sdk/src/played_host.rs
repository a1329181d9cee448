//! A host's storage, played in memory: it has transactions, and counts those that are open.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use plugin_proto::vault::pb;
use plugin_proto::vault::pb::storage_server::{Storage, StorageServer};
use tonic::{Request, Response, Status};

use crate::link::Link;

type Answer<T> = Result<Response<T>, Status>;

/// Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct PlayedHost {
    state: Arc<Mutex<State>>,
    /// What each beginning of a transaction takes.
    delay: Duration,
}

#[derive(Default)]
struct State {
    entries: BTreeMap<String, pb::StorageEntry>,
    open: BTreeSet<String>,
    begun: usize,
}

impl PlayedHost {
    /// One that takes its time to begin a transaction.
    pub(crate) fn slow(delay: Duration) -> Self {
        Self { delay, ..Self::default() }
    }

    /// A connection to it. Needs a runtime.
    pub(crate) fn link(&self) -> Arc<Link> {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let served = tonic::transport::Server::builder().add_service(StorageServer::new(self.clone()));
        let incoming = futures_util::stream::iter([Ok::<_, std::io::Error>(theirs)]);
        tokio::spawn(served.serve_with_incoming(incoming));
        Arc::new(Link::over(ours))
    }

    /// How many transactions are open, and how many there were.
    pub(crate) fn transactions(&self) -> (usize, usize) {
        let state = self.state();
        (state.open.len(), state.begun)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, txn: &str) -> String {
        if self.state().open.remove(txn) { String::new() } else { "no such transaction".to_owned() }
    }

    async fn begin(&self) -> Answer<pb::StorageBeginTxReply> {
        let txn = {
            let mut state = self.state();
            state.begun += 1;
            let txn = state.begun.to_string();
            state.open.insert(txn.clone());
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
        let entry = self.state().entries.get(&request.get_ref().key).cloned();
        Ok(Response::new(pb::StorageGetReply { entry, err: String::new() }))
    }

    async fn put(&self, request: Request<pb::StoragePutArgs>) -> Answer<pb::StoragePutReply> {
        let entry = request.into_inner().entry.unwrap_or_default();
        self.state().entries.insert(entry.key.clone(), entry);
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
        Ok(Response::new(pb::StorageCommitTxReply { err: self.end(&request.get_ref().txn) }))
    }

    async fn rollback(&self, request: Request<pb::StorageRollbackTxArgs>) -> Answer<pb::StorageRollbackTxReply> {
        Ok(Response::new(pb::StorageRollbackTxReply { err: self.end(&request.get_ref().txn) }))
    }
}
