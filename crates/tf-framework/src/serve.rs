//! The program around a provider: what `main` returns.
//!
//! Started by a CLI, it serves it. Started by a person, it explains itself, and tells its schemas and documentation.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use go_plugin::{MAX_MESSAGE_BYTES, MagicCookie, Plugin, Reattach, Services};
use plugin_proto::tfplugin6::provider_server::ProviderServer;
use tracing::level_filters::LevelFilter;

use crate::provider::Provider;
use crate::server::Server;

/// The cookie of every Terraform provider.
const COOKIE: MagicCookie = MagicCookie {
    name: "TF_PLUGIN_MAGIC_COOKIE",
    value: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
};

/// Where the two CLIs look for a provider whose address has no host.
const REGISTRIES: [&str; 2] = ["registry.opentofu.org", "registry.terraform.io"];

/// The calls in which nothing is looked up anywhere: they are functions of what core sends.
const COMPUTED: [&str; 9] = [
    "/tfplugin6.Provider/GetMetadata",
    "/tfplugin6.Provider/GetProviderSchema",
    "/tfplugin6.Provider/GetResourceIdentitySchemas",
    "/tfplugin6.Provider/MoveResourceState",
    "/tfplugin6.Provider/PlanResourceChange",
    "/tfplugin6.Provider/UpgradeResourceIdentity",
    "/tfplugin6.Provider/UpgradeResourceState",
    "/tfplugin6.Provider/ValidateDataResourceConfig",
    "/tfplugin6.Provider/ValidateResourceConfig",
];

/// What a provider says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Its address without the host, such as `acme/example`.
    pub source: &'static str,
    /// Its version: `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
}

/// What the arguments ask for.
#[derive(Debug, PartialEq, Eq)]
enum Verb {
    Serve,
    Debug,
    Schema,
    Docs { check: bool, examples: PathBuf, docs: PathBuf },
    Version,
    Help,
}

/// Runs the program of a provider. The only line that its `main` needs:
///
/// ```no_run
/// # use tf_framework::model::Model;
/// # use tf_framework::{Contents, Outcome, Provider};
/// # /// An example.
/// # #[derive(Model)]
/// # #[tf(provider = "example")]
/// # struct Example {}
/// # impl Provider for Example {
/// #     type Client = ();
/// #     fn contents() -> Contents<Self> { Contents::new() }
/// #     fn configure(_: Self) -> Outcome<()> { Ok(()) }
/// # }
/// use std::process::ExitCode;
/// use tf_framework::{About, serve};
///
/// fn main() -> ExitCode {
///     serve::<Example>(About { source: "acme/example", version: env!("CARGO_PKG_VERSION") })
/// }
/// ```
///
/// Without an argument it serves the CLI that started it. With `-debug` it serves whoever is told where; with `schema`,
/// `docs`, `--version` or `--help` it answers and ends.
///
/// The log level is that of `TF_LOG_PROVIDER_<NAME>`, `TF_LOG_PROVIDER` or `TF_LOG`.
#[must_use]
pub fn serve<P: Provider>(about: About) -> ExitCode {
    match verb(std::env::args_os().skip(1)) {
        Ok(Verb::Serve) => plugin::<P>().serve(),
        Ok(Verb::Debug) => plugin::<P>().serve_detached(|reattach| announce(about, reattach)),
        Ok(Verb::Schema) => print(&P::contents().catalog(about.source).to_json()),
        Ok(Verb::Docs { check, examples, docs }) => {
            let catalog = P::contents().catalog(about.source);
            let outcome = if check {
                catalog.check_pages(&examples, &docs).map(|()| Vec::new())
            } else {
                catalog.write_pages(&examples, &docs)
            };
            match outcome {
                Ok(paths) => print(&paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("\n")),
                Err(error) => fail(&error),
            }
        }
        Ok(Verb::Version) => print(&format!("{} {}", about.source, about.version)),
        Ok(Verb::Help) => print(&help::<P>(about)),
        Err(argument) => {
            // Nobody is left to tell if it can't be written.
            let _ = writeln!(std::io::stderr(), "Unknown argument {argument:?}.\n\n{}", help::<P>(about));
            ExitCode::from(2)
        }
    }
}

fn plugin<P: Provider>() -> Plugin {
    let server = Server::<P>::new();
    let at_the_end = server.clone();
    Plugin::new(COOKIE)
        .protocol(6, move |_host| {
            let service = ProviderServer::new(server)
                .max_decoding_message_size(MAX_MESSAGE_BYTES)
                .max_encoding_message_size(MAX_MESSAGE_BYTES);
            Services::new().add_service(service).at_once(&COMPUTED)
        })
        // The CLIs have a switch for it, TF_DISABLE_PLUGIN_TLS.
        .allow_plaintext()
        .log_level_from(log_variables(P::TYPE_NAME), LevelFilter::ERROR)
        .on_shutdown(move || async move { at_the_end.shut_down().await })
}

/// Made once in the life of the process, which needs them to its end.
fn log_variables(provider: &str) -> &'static [&'static str] {
    let own = format!("TF_LOG_PROVIDER_{}", provider.to_ascii_uppercase());
    vec![&*own.leak(), "TF_LOG_PROVIDER", "TF_LOG"].leak()
}

/// In debug mode there is a person at standard output, and no host.
fn announce(about: About, reattach: &Reattach) {
    // If nobody reads it, nobody can use it either.
    let _ = writeln!(std::io::stdout(), "{}", reattach_line(about, &reattach.to_json()));
}

fn reattach_line(about: About, reattach: &serde_json::Value) -> String {
    let providers = REGISTRIES.map(|registry| format!("\"{registry}/{}\":{reattach}", about.source));
    format!("TF_REATTACH_PROVIDERS='{{{}}}'", providers.join(","))
}

/// What the arguments ask for, or the first that can't be understood.
fn verb(arguments: impl Iterator<Item = OsString>) -> Result<Verb, OsString> {
    let mut arguments = arguments;
    let Some(first) = arguments.next() else { return Ok(Verb::Serve) };
    let verb = match first.to_str() {
        Some("-debug" | "--debug") => Verb::Debug,
        Some("schema") => Verb::Schema,
        Some("docs") => return docs(arguments),
        Some("-version" | "--version" | "-V" | "version") => Verb::Version,
        Some("-help" | "--help" | "-h" | "help") => Verb::Help,
        _ => return Err(first),
    };
    arguments.next().map_or(Ok(verb), Err)
}

fn docs(mut arguments: impl Iterator<Item = OsString>) -> Result<Verb, OsString> {
    let (mut check, mut examples, mut docs) = (false, PathBuf::from("examples"), PathBuf::from("docs"));
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--check") => check = true,
            Some("--examples") => examples = arguments.next().ok_or(argument)?.into(),
            Some("--docs") => docs = arguments.next().ok_or(argument)?.into(),
            _ => return Err(argument),
        }
    }
    Ok(Verb::Docs { check, examples, docs })
}

fn help<P: Provider>(about: About) -> String {
    format!(
        "The provider {source} {version} for Terraform and OpenTofu. They start it; there is nothing to run by hand but:

  terraform-provider-{name} -debug      serve without a CLI, and print what to put into its environment
  terraform-provider-{name} schema      print all schemas as JSON
  terraform-provider-{name} docs        write the pages for the registries [--check] [--examples DIR] [--docs DIR]
  terraform-provider-{name} --version   print the version",
        source = about.source,
        version = about.version,
        name = P::TYPE_NAME,
    )
}

fn print(text: &str) -> ExitCode {
    let end = if text.is_empty() { "" } else { "\n" };
    match write!(std::io::stdout(), "{text}{end}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    // Nobody is left to tell if it can't be written.
    let _ = writeln!(std::io::stderr(), "{}", crate::diagnostic::chain(error));
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Verb, OsString> {
        verb(arguments.iter().map(OsString::from))
    }

    #[test]
    fn arguments_are_verbs() {
        assert_eq!(parse(&[]), Ok(Verb::Serve));
        assert_eq!(parse(&["-debug"]), Ok(Verb::Debug));
        assert_eq!(parse(&["--debug"]), Ok(Verb::Debug));
        assert_eq!(parse(&["schema"]), Ok(Verb::Schema));
        assert_eq!(parse(&["--version"]), Ok(Verb::Version));
        assert_eq!(parse(&["--help"]), Ok(Verb::Help));
        let docs =
            |check, examples: &str, docs: &str| Verb::Docs { check, examples: examples.into(), docs: docs.into() };
        assert_eq!(parse(&["docs"]), Ok(docs(false, "examples", "docs")));
        assert_eq!(parse(&["docs", "--check", "--examples", "e", "--docs", "d"]), Ok(docs(true, "e", "d")));
        for bad in [&["serve"][..], &["-debug", "x"], &["schema", "x"], &["docs", "x"], &["docs", "--examples"]] {
            assert_eq!(parse(bad), Err(bad.last().unwrap().into()), "{bad:?}");
        }
    }

    #[test]
    fn both_clis_find_the_provider_to_debug() {
        let about = About { source: "acme/example", version: "1.0.0" };
        let line = reattach_line(about, &serde_json::json!({"Protocol": "grpc"}));
        let json = line.strip_prefix("TF_REATTACH_PROVIDERS='").and_then(|line| line.strip_suffix('\'')).unwrap();
        let providers: serde_json::Value = serde_json::from_str(json).unwrap();
        for registry in REGISTRIES {
            assert_eq!(providers[format!("{registry}/acme/example")]["Protocol"], "grpc");
        }
    }

    #[test]
    fn the_provider_has_a_log_level_of_its_own() {
        assert_eq!(log_variables("acme"), ["TF_LOG_PROVIDER_ACME", "TF_LOG_PROVIDER", "TF_LOG"]);
    }
}
