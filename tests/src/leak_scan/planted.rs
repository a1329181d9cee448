//! What the harness plants to see that the scan sees: in real places where it can, and in copies of all of them.

use std::path::Path;
use std::sync::OnceLock;

use ::leak_scan::controls::Controls;
use ::leak_scan::{Canary, Secret, Surface};
use anyhow::{Context as _, Result, anyhow};

use super::places::Places;

/// The resource that must be found wherever secrets must not.
pub(crate) const CONTROL: &str = "terraform_data.planted_control_of_the_search";

/// The variable in the environment of every command.
const VARIABLE: &str = "PLANTED_CONTROL_OF_THE_LEAK_SCAN";

const RESOURCE: &str = "the planted resource";
const ENVIRONMENT: &str = "the planted variable";
const TEMPORARY: &str = "the planted temporary file";
const COMMAND_LINE: &str = "the path of the scenario";

/// What a CLI logs when it starts a provider, as the value of something that must be found then.
const STARTED: (&str, &str) = ("the start of a plugin", "starting plugin: path=");

/// What HCL functions encode, and what JSON and URLs have to escape in it.
const ENCODED: [(&str, &str, &str); 4] = [
    ("the planted base64", "base64encode", ""),
    ("the planted gzip", "base64gzip", ""),
    ("the planted URL", "urlencode", "/\"<&> "),
    ("the planted JSON", "jsonencode", "/\"<&>\\"),
];

/// The controls of one scenario.
#[derive(Debug)]
pub(crate) struct Planted {
    secrets: Vec<Secret>,
    encoded: Vec<Canary>,
    environment: Canary,
    temporary: Canary,
}

impl Planted {
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let random = |label| Canary::new(label).context("making a control up");
        let (environment, temporary) = (random(ENVIRONMENT)?, random(TEMPORARY)?);
        let encoded = ENCODED.iter().map(|(label, _, awkward)| {
            let value = format!("{}{awkward}", random(label)?.value());
            Ok(Canary::of(label, &value)?)
        });
        let encoded = encoded.collect::<Result<Vec<_>>>()?;
        let mut secrets: Vec<Secret> = encoded.iter().chain([&environment, &temporary]).map(Secret::from).collect();
        let (_, name) = CONTROL.split_once('.').context("the address of the control")?;
        secrets.push(Secret::new(RESOURCE, name)?);
        secrets.push(Secret::new(STARTED.0, STARTED.1)?);
        secrets.push(Secret::new(COMMAND_LINE, folder.as_os_str().as_encoded_bytes())?);
        Ok(Self { secrets, encoded, environment, temporary })
    }

    pub(super) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    pub(super) fn is_control(&self, label: &str) -> bool {
        self.secrets.iter().any(|secret| secret.label() == label)
    }

    /// The resource, as a configuration.
    pub(super) fn configuration(&self) -> String {
        let (kind, name) = CONTROL.split_once('.').unwrap_or_default();
        let encoded = ENCODED.iter().zip(&self.encoded);
        let lines =
            encoded.map(|((_, function, _), value)| format!("    {function} = {function}({:?})\n", value.value()));
        let lines: String = lines.collect();
        format!("resource \"{kind}\" \"{name}\" {{\n  input = {{\n    name = \"{name}\"\n{lines}  }}\n}}\n")
    }

    /// Name and value of the variable.
    pub(super) fn variable(&self) -> (&'static str, &str) {
        (VARIABLE, self.environment.value())
    }

    /// The content of the file.
    pub(super) fn temporary_file(&self) -> &str {
        self.temporary.value()
    }

    /// Which controls a story that has applied something in a project must have shown, by kind of place.
    pub(super) fn of_a_story(places: &Places, project: &Path) -> Vec<(Surface, &'static str)> {
        use Surface::{CommandLine, Environment, Log, Output, Plan, Show, State, Temporary};
        let mut wanted: Vec<(Surface, &'static str)> =
            [State, Plan, Show, Output, Log].map(|place| (place, RESOURCE)).into();
        for (label, ..) in ENCODED {
            wanted.extend([State, Plan, Show].map(|place| (place, label)));
        }
        wanted.push((Temporary, TEMPORARY));
        // Without a provider, a CLI needs no other process.
        if places.has_shown(project, Log, STARTED.0) {
            wanted.extend([(Environment, ENVIRONMENT), (CommandLine, COMMAND_LINE)]);
        }
        wanted
    }

    /// Plants a value in every encoding in a copy of one place of each kind; in an empty one where there is none.
    /// Returns what was not found, in words, and how many were.
    pub(super) fn copies_unseen(places: &Places) -> Result<(Vec<String>, usize)> {
        static CONTROLS: OnceLock<Result<Controls, String>> = OnceLock::new();
        let controls = CONTROLS.get_or_init(|| Controls::new().map_err(|error| error.to_string()));
        let controls = controls.as_ref().map_err(|text| anyhow!("making controls up: {text}"))?;
        let (mut blind, mut found) = (Vec::new(), 0);
        let smallest = places.smallest();
        for surface in Surface::ALL {
            let place = smallest.get(surface);
            let name = place.map_or("that is empty", |place| place.name.as_str());
            let copy = controls.planted_in(&place.map_or(Ok(Vec::new()), |place| place.read())?);
            let unseen = controls.unseen_in(&copy.with_context(|| format!("planting controls in a copy of {name}"))?);
            found += controls.count() - unseen.len();
            blind.extend(unseen.into_iter().map(|encoding| format!("{encoding} in the {surface} {name}")));
        }
        Ok((blind, found))
    }
}
