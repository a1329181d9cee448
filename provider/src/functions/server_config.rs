//! `server_config`: the configuration of a server as text, for those who bring it to its place themselves.

use tf_framework::model::{AnyValue, Model};
use tf_framework::value::Path;
use tf_framework::{Function, FunctionError};

use crate::server_files::ServerSettings;
use crate::settings_argument;

/// Writes the configuration of an OpenBao or Vault server.
///
/// The settings are an object with what the block `settings` of the resource `secretzero_server_config` has; blocks in it are
/// objects, and those of which there can be several are lists: `storage = { … }`, `listener = [{ … }]`. What is not needed is
/// left out, and what nobody knows is an error. The result is what that resource installs, the same text for the same settings.
#[derive(Debug, Model)]
#[tf(function = "server_config")]
pub struct ServerConfig {
    /// What the configuration says.
    pub settings: AnyValue,
}

impl Function for ServerConfig {
    type Output = String;

    fn call(self) -> Result<String, FunctionError> {
        let failed = |error: String| FunctionError::at(Self::SETTINGS, error);
        let settings: ServerSettings = settings_argument::read(self.settings, "settings").map_err(failed)?;
        settings.render(&Path::root().attribute("settings")).map_err(|told| failed(settings_argument::first(&told)))
    }
}
