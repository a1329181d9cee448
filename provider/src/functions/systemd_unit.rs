//! `systemd_unit`: a unit of a server as text, for those who bring it to its place themselves.

use tf_framework::model::{AnyValue, Model};
use tf_framework::validate::one_of;
use tf_framework::value::Path;
use tf_framework::{Function, FunctionError};

use crate::server_files::{Product, Runs, ServerUnit, UnsealUnit};
use crate::settings_argument;

/// Writes the systemd unit that runs an OpenBao or Vault server, or the one that unseals it.
///
/// The settings are an object:
///
/// - `product`: `openbao` or `vault`. Required.
/// - `server`: an object with what the block `server` in `systemd` of the resource `secretzero_server_config` has, for the unit
///   that runs the server; `{}` for one with nothing but defaults. Either this or `unseal`.
/// - `unseal`: the same of the block `unseal` there, for the unit that unseals the server.
/// - `config_file`: the configuration of the server, where its package has it if it is left out.
/// - `uses_mlock`: whether Vault keeps its memory from being swapped out, for which it needs a right.
/// - `server_unit`: the name of the unit that runs the server, without `.service`, if that is not the product's.
///
/// The result is what that resource installs, the same text for the same settings.
#[derive(Debug, Model)]
#[tf(function = "systemd_unit")]
pub struct SystemdUnit {
    /// Which unit, and what is in it.
    pub settings: AnyValue,
}

/// What the function takes.
#[derive(Clone, Debug, PartialEq, Eq, Model)]
#[tf(object, exactly_one_of(server, unseal))]
pub struct UnitSettings {
    /// Which server.
    #[tf(required, validate(one_of(&["openbao", "vault"])))]
    pub product: String,
    /// The unit that runs it.
    #[tf(block)]
    pub server: Option<ServerUnit>,
    /// The unit that unseals it.
    #[tf(block)]
    pub unseal: Option<UnsealUnit>,
    /// Its configuration.
    #[tf(optional)]
    pub config_file: Option<String>,
    /// Whether its memory is kept from being swapped out.
    #[tf(optional, default = false)]
    pub uses_mlock: bool,
    /// The unit that runs it, for the one that unseals it.
    #[tf(optional)]
    pub server_unit: Option<String>,
}

impl Function for SystemdUnit {
    type Output = String;

    fn call(self) -> Result<String, FunctionError> {
        let failed = |error: String| FunctionError::at(Self::SETTINGS, error);
        let settings: UnitSettings = settings_argument::read(self.settings, "settings").map_err(failed)?;
        let (at, product) = (Path::root().attribute("settings"), Product::named(&settings.product));
        let rendered = match (&settings.server, &settings.unseal) {
            (Some(unit), _) => {
                let config_file = settings.config_file.clone().unwrap_or_else(|| product.config_file());
                let uses_mlock = settings.uses_mlock && product == Product::Vault;
                unit.render(Runs { product, config_file: &config_file, uses_mlock }, &at.attribute("server"))
            }
            (None, Some(unit)) => {
                unit.render(settings.server_unit.as_deref().unwrap_or(product.name()), &at.attribute("unseal"))
            }
            (None, None) => return Err(failed("settings: one of server and unseal must be set".to_owned())),
        };
        rendered.map_err(|told| failed(settings_argument::first(&told)))
    }
}
