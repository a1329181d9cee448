//! The provider under test: one resource with everything in it, a few small ones, and one of each other kind.

mod functions;
mod lease;
mod note;
mod note_data;
mod plain;

use std::sync::Arc;

use tf_framework::model::{Model, Secret, Setting};
use tf_framework::{Contents, Outcome, Provider};

use crate::world::World;

pub(crate) use functions::{Half, Join};
pub(crate) use lease::Lease;
pub(crate) use note::Note;
pub(crate) use note_data::NoteData;
pub(crate) use plain::Plain;

/// Notes in memory.
#[derive(Debug, Model)]
#[tf(provider = "test")]
pub(crate) struct TestProvider {
    /// The name of the world.
    #[tf(required)]
    world: Setting<String>,
    /// Where the server would be.
    #[tf(optional)]
    address: Setting<String>,
    /// What lets us in.
    #[tf(optional)]
    token: Setting<Secret>,
}

#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) world: Arc<World>,
    pub(crate) address: Setting<String>,
}

impl Provider for TestProvider {
    type Client = Client;

    fn contents() -> Contents<Self> {
        Contents::new()
            .resource::<Plain>()
            .resource::<Note>()
            .data_source::<NoteData>()
            .ephemeral::<Lease>()
            .function::<Join>()
            .function::<Half>()
    }

    fn configure(settings: Self) -> Outcome<Client> {
        let world = settings.world.into_known().unwrap_or_default();
        let world = World::named(&world);
        world.note("configure");
        if matches!(&settings.address, Setting::Known(address) if address == "nowhere") {
            return Err(crate::world::refused().into());
        }
        Ok(Client { world, address: settings.address })
    }

    async fn shut_down(client: &Client) {
        client.world.note("shut down");
    }
}
