//! Whose turn it is: which calls are answered by the task that read them, and which get one of their own.
//!
//! A task of its own costs more than a short call does. A worker has to be found and woken for it, which in turn finds the
//! connection busy, and each answer is written by itself. So a call that only computes is answered by the connection's
//! task, all of them that were read together before the first answer is written.
//!
//! Such a call holds up everything else on the connection. Whether a method only computes is for its author to say.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use hyper::rt::Executor;

type Call = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The calls of one connection.
#[derive(Clone, Default)]
pub(crate) struct Turn {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Whether the call that comes next is to be answered at once. hyper makes its future, and hands that over, before it
    /// looks at another.
    is_next_at_once: AtomicBool,
    waiting: Mutex<Vec<Call>>,
}

impl Turn {
    /// Notes what kind of call comes next.
    pub(crate) fn note(&self, at_once: bool) {
        self.shared.is_next_at_once.store(at_once, Ordering::Relaxed);
    }

    /// Serves a connection to its end, and in between the calls that wait for their turn.
    pub(crate) async fn serve<T>(&self, mut connection: impl FnMut(&mut Context<'_>) -> Poll<T>) -> T {
        let bell = Arc::new(Bell::default());
        let rings = Waker::from(Arc::clone(&bell));
        std::future::poll_fn(|cx| {
            bell.silence(cx.waker());
            let outcome = loop {
                bell.rang.store(false, Ordering::SeqCst);
                let outcome = connection(&mut Context::from_waker(&rings));
                if outcome.is_ready() || !self.take() {
                    break outcome;
                }
            };
            bell.unmute(cx.waker());
            outcome
        })
        .await
    }

    /// Answers the calls that wait for it. False if there are none.
    ///
    /// One that can't be answered yet, because not all of it is there, goes on in a task of its own.
    fn take(&self) -> bool {
        let calls = std::mem::take(&mut *lock(&self.shared.waiting));
        let any = !calls.is_empty();
        for mut call in calls {
            // The task polls it again, and is woken then.
            if call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
                tokio::spawn(call);
            }
        }
        any
    }
}

impl<F> Executor<F> for Turn
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, call: F) {
        if self.shared.is_next_at_once.swap(false, Ordering::Relaxed) {
            lock(&self.shared.waiting).push(Box::pin(call));
        } else {
            tokio::spawn(call);
        }
    }
}

/// Wakes the connection's task, but not while that is at work. It looks for what the calls have left for it anyway, and to
/// the runtime a task that wakes itself is one to be handed to another worker.
#[derive(Default)]
struct Bell {
    is_silent: AtomicBool,
    rang: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl Bell {
    fn silence(&self, task: &Waker) {
        let mut known = lock(&self.task);
        if !known.as_ref().is_some_and(|known| known.will_wake(task)) {
            *known = Some(task.clone());
        }
        self.is_silent.store(true, Ordering::SeqCst);
    }

    /// Whoever rings either sees that it is no longer silent, or is seen here.
    fn unmute(&self, task: &Waker) {
        self.is_silent.store(false, Ordering::SeqCst);
        if self.rang.load(Ordering::SeqCst) {
            task.wake_by_ref();
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rang.store(true, Ordering::SeqCst);
        if !self.is_silent.load(Ordering::SeqCst)
            && let Some(task) = &*lock(&self.task)
        {
            task.wake_by_ref();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn calls_that_only_compute_are_answered_in_their_turn() {
        let (turn, said) = (Turn::default(), Arc::new(Mutex::new(Vec::new())));
        let call = |name: &'static str| {
            let said = Arc::clone(&said);
            async move { lock(&said).push(name) }
        };
        let mut looks = 0;
        turn.serve(|_| {
            looks += 1;
            if looks > 1 {
                return Poll::Ready(());
            }
            for (name, at_once) in [("first", true), ("task", false), ("second", true)] {
                turn.note(at_once);
                turn.execute(call(name));
            }
            lock(&said).push("read");
            Poll::Pending
        })
        .await;
        assert_eq!(*lock(&said), ["read", "first", "second"], "the task had no turn yet");
        tokio::task::yield_now().await;
        assert_eq!(lock(&said).last(), Some(&"task"));
    }

    #[tokio::test]
    async fn a_call_that_has_to_wait_goes_on_by_itself() {
        let (turn, (send, receive), mut looks) = (Turn::default(), tokio::sync::oneshot::channel(), 0);
        let (done, is_done) = tokio::sync::oneshot::channel();
        turn.note(true);
        turn.execute(async move { done.send(receive.await).unwrap() });
        turn.serve(|_| {
            looks += 1;
            if looks > 1 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        send.send(7).unwrap();
        assert_eq!(is_done.await.unwrap(), Ok(7));
    }

    #[tokio::test]
    async fn what_happens_meanwhile_is_looked_at() {
        let (turn, mut looks) = (Turn::default(), 0);
        let looked = turn.serve(|cx| {
            looks += 1;
            // Nothing waits, so that only this brings the task back: first in its own turn, then from elsewhere.
            let bell = cx.waker().clone();
            match looks {
                1 => bell.wake(),
                2 => drop(std::thread::spawn(move || {
                    std::thread::sleep(std::time::Duration::from_millis(20));
                    bell.wake();
                })),
                _ => return Poll::Ready(()),
            }
            Poll::Pending
        });
        tokio::time::timeout(std::time::Duration::from_secs(10), looked).await.unwrap();
        assert_eq!(looks, 3);
    }
}
