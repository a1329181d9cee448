//! The authors' traits without their types: what the server works with.
//!
//! A provider has dozens of resources, and whatever is generic over them is compiled dozens of times. So only what needs
//! the model is: from a value to a struct, the call, and back. Everything around it, which is nearly all, works on values and
//! is compiled once.

mod data_source;
mod ephemeral;
mod function;
mod resource;

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

pub(crate) use data_source::AnyDataSource;
pub(crate) use ephemeral::{AnyEphemeral, AnyOpened, AnyRenewed};
pub(crate) use function::AnyFunction;
pub(crate) use resource::AnyResource;

use crate::failure::Failure;
use crate::model::{DecodeError, Model};
use crate::schema::Schema;

/// A call that is under way.
pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Halt>> + Send + 'a>>;

/// Why a call did not get through.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The state is not one of the model's: an apply ended half-way, and what it had not made yet is null.
    Partial(DecodeError),
    /// Something else that was handed in is not one of the model's.
    Misfit(DecodeError),
    /// The author's code says so.
    Failed(Failure),
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// A type of an author, as a value of no size.
pub(crate) struct Of<T>(PhantomData<fn() -> T>);

impl<T> Of<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

/// What has a schema: all of them.
pub(crate) trait HasSchema {
    fn schema(&self) -> Schema;
}

impl<M: Model> HasSchema for Of<M> {
    fn schema(&self) -> Schema {
        M::schema()
    }
}
