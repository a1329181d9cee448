//! What planning costs a provider: objects that are there and unchanged, without a refresh.
//!
//! Every resource takes part in every plan, so this is paid for each of them each time. Ours has notes in a folder, the peer
//! provider policies, mounts and roles on a real OpenBao; without a refresh neither looks at them.

use std::io::Write;

use acceptance::{Product, Scenario, VaultServer};
use anyhow::Result;
use clap::Args;
use testbed::Tool;

use crate::measured::{Cost, Goal, Subject, build_release, judge, median_cost};

/// Goal of the design: at most this part of the peer's CPU, for each object.
const CPU_GOAL: f64 = 1.0 / 10.0;

const ARGUMENTS: [&str; 5] = ["plan", "-refresh=false", "-detailed-exitcode", "-input=false", "-lock=false"];

#[derive(Args)]
pub(crate) struct Plan {
    /// How often to plan with each of the two.
    #[arg(long, default_value_t = 3)]
    runs: u32,
    /// How many objects ours has.
    #[arg(long, default_value_t = 10_000)]
    ours: u32,
    /// How many objects the peer provider has.
    #[arg(long, default_value_t = 2_000)]
    peer: u32,
}

impl Plan {
    pub(crate) fn run(self) -> Result<()> {
        Scenario::run(&[Tool::OpenTofu, Tool::OpenBao, Tool::TerraformProviderVault], |scenario| self.measure(scenario))
    }

    fn measure(&self, scenario: &Scenario) -> Result<()> {
        let mut out = std::io::stdout();
        let tofu = Tool::OpenTofu.find()?;
        let peer = Tool::TerraformProviderVault.find()?;
        writeln!(out, "Building the example provider in release mode.")?;
        let program = build_release("example-provider", "terraform-provider-example")?;
        let ours = Subject::prepare("example provider (ours)", "secretzero/example", "example", program)?;
        let store = ours.folder().join("notes");
        ours.configure(&format!(
            "provider \"example\" {{\n  directory = {store:?}\n}}\n\n\
             resource \"example_note\" \"n\" {{\n  count = {}\n  name = \"note-${{count.index}}\"\n  text = \"Note number ${{count.index}}.\"\n}}",
            self.ours
        ))?;

        let server = VaultServer::start(scenario.folder(), Product::OpenBao)?;
        let peers = Subject::prepare("terraform-provider-vault", "hashicorp/vault", "vault", peer.path.clone())?
            .env("VAULT_ADDR", server.address())
            .env("VAULT_TOKEN", server.keys()?.root_token.clone())
            .env("VAULT_CACERT", server.authority().certificate_file().display().to_string());
        peers.configure(&peer_configuration(self.peer))?;

        let subjects = [(&ours, self.ours), (&peers, self.peer)];
        for (subject, objects) in subjects {
            writeln!(out, "Creating {objects} objects with {}.", subject.name)?;
            subject.run(&tofu.path, &["apply", "-auto-approve", "-input=false", "-parallelism=30"])?;
        }
        writeln!(out, "Planning by turns, {} times each, with OpenTofu {}.", self.runs, tofu.version)?;
        let mut costs = [Vec::new(), Vec::new()];
        for _ in 0..self.runs {
            for ((subject, _), costs) in subjects.iter().zip(&mut costs) {
                // Exit code 0: nothing to change. With changes it is 2, which is an error here.
                costs.push(subject.run(&tofu.path, &ARGUMENTS)?.1);
            }
        }
        tofu.started();
        peer.started();

        let medians = [median_cost(&costs[0])?, median_cost(&costs[1])?];
        writeln!(
            out,
            "\n{:28} {:>8} {:>12} {:>16} {:>14}",
            "median of one plan", "objects", "CPU", "CPU per object", "peak memory"
        )?;
        for ((subject, objects), Cost { cpu_ms, memory_mb }) in subjects.iter().zip(&medians) {
            let each = cpu_ms / f64::from(*objects);
            writeln!(out, "{:28} {objects:>8} {cpu_ms:>9.1} ms {each:>13.4} ms {memory_mb:>11.1} MB", subject.name)?;
        }
        writeln!(out)?;
        let each = |cost: &Cost, objects: u32| cost.cpu_ms / f64::from(objects);
        let [ours, peers] = medians;
        let at_most = each(&peers, self.peer) * CPU_GOAL;
        judge(&mut out, &[Goal { what: "CPU per object", unit: "ms", figure: each(&ours, self.ours), at_most }])
    }
}

/// The resources of which the design's goal speaks: half of them policies, a quarter mounts, a quarter roles.
fn peer_configuration(objects: u32) -> String {
    let (policies, mounts) = (objects / 2, objects / 4);
    // The auth backend of the roles is one of the objects.
    let roles = (objects - policies - mounts).saturating_sub(1);
    format!(
        r#"
resource "vault_policy" "p" {{
  count  = {policies}
  name   = "policy-${{count.index}}"
  policy = "path \"secret/data/${{count.index}}\" {{ capabilities = [\"read\"] }}"
}}

resource "vault_mount" "m" {{
  count = {mounts}
  path  = "mount-${{count.index}}"
  type  = "kv"
}}

resource "vault_auth_backend" "approle" {{
  type = "approle"
}}

resource "vault_approle_auth_backend_role" "r" {{
  count          = {roles}
  backend        = vault_auth_backend.approle.path
  role_name      = "role-${{count.index}}"
  token_policies = ["default"]
}}
"#
    )
}
