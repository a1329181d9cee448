//! Row 25 on a real server: each fault at each call of each thing that is done with a policy.
//!
//! What is done is either right in spite of the fault, or ends with an error that says what was being done. Never is a
//! policy taken for gone, or lost from the state. Done again without the fault, it leads to where it should have led.

use std::fmt;
use std::fs;

use ::fault_proxy::{Call, Fault, FaultProxy, Listen, Moment, Upstream};
use acceptance::cli::{Finished, Planned};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;

use super::{Stage, policy, rule};

const POLICY: &str = "example_policy.one";

pub(super) fn every_fault(stage: Result<Stage>) -> Result<()> {
    let stage = stage?;
    let cli = stage.project.cli().tool().name();
    let name = format!("faults-{cli}");
    let authority = stage.bao().server.authority();
    let identity = authority.server(&format!("proxy-{cli}"), &["127.0.0.1"])?;
    let [ca, key] = [authority.certificate_file(), &identity.key_file].map(fs::read_to_string);
    let upstream = Upstream::tls(stage.bao().server.address(), &ca?)?;
    let proxy = FaultProxy::start(upstream, Listen::tls(&identity.certificate_pem, &key?)?)?;
    let trial = Trial { stage, proxy, name };
    trial.configure("secret")?;
    trial.stage.project.init()?;
    for verb in [Verb::Create, Verb::Read, Verb::Update, Verb::Delete, Verb::Import] {
        trial.sweep(verb)?;
    }
    trial.without_tls()?;
    trial.stage.project.destroy(&[])
}

/// What is done with a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Create,
    Read,
    Update,
    Delete,
    Import,
}

/// A call that is made for it: its method, and what the provider says to be doing.
type Step = (&'static str, &'static str);

const LOOK: Step = ("GET", "Reading");

impl Verb {
    /// The calls, in their order. Nothing is asked twice, and nothing is tried again.
    fn steps(self) -> &'static [Step] {
        match self {
            Self::Create => &[("PUT", "Creating")],
            Self::Read => &[LOOK],
            Self::Update => &[LOOK, ("PUT", "Changing")],
            Self::Delete => &[LOOK, ("DELETE", "Destroying")],
            Self::Import => &[("GET", "Importing"), LOOK],
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "created",
            Self::Read => "read",
            Self::Update => "changed",
            Self::Delete => "destroyed",
            Self::Import => "imported",
        })
    }
}

struct Trial {
    stage: Stage,
    proxy: FaultProxy,
    name: String,
}

impl Trial {
    /// A clean round, and then each fault at each call of it.
    fn sweep(&self, verb: Verb) -> Result<()> {
        match verb {
            Verb::Create => {}
            Verb::Read | Verb::Update | Verb::Delete | Verb::Import => drop(self.stage.project.apply(&[])?),
        }
        let mut paths = ["other", "secret"].into_iter().cycle();
        let mut next = || paths.next().filter(|_| verb == Verb::Update).unwrap_or("secret");
        let path = next();
        self.prepare(verb, path)?;
        self.proxy.begin_round();
        self.perform(verb)?.succeeded().with_context(|| format!("without a fault while the policy is {verb}"))?;
        let (calls, sweep) = (self.proxy.calls(), self.proxy.sweep(&Fault::BASIC));
        let methods = calls.iter().map(|call| call.method.as_str());
        ensure!(methods.eq(verb.steps().iter().map(|(method, _)| *method)), "{verb}: {calls:?}");
        self.is_done(verb, path)?;
        for (index, fault) in sweep {
            let path = next();
            self.prepare(verb, path)?;
            self.once(verb, index, fault, path)
                .with_context(|| format!("{fault} at call {index} while the policy is {verb}"))?;
        }
        // Of an odd number of changes, the last one is undone.
        self.configure("secret")
    }

    /// Does it with a fault at one call, and once more without.
    fn once(&self, verb: Verb, index: usize, fault: Fault, path: &str) -> Result<()> {
        self.proxy.begin_round();
        self.proxy.fail(index, fault);
        let finished = self.perform(verb)?;
        let calls = self.proxy.calls();
        self.proxy.lift();
        // A fault that no call met would show nothing.
        let broken = |call: &Call| call.fault.is_some();
        ensure!(
            calls.get(index).is_some_and(broken) && calls.iter().filter(|call| broken(call)).count() == 1,
            "{calls:?}"
        );
        let step = verb.steps()[index];
        let doing = format!("{} the policy {:?}", step.1, self.name);
        if step == LOOK && fault == Fault::Sealed(Moment::Before) {
            // The state stands, and a warning says so, which is not shown before a destruction. The rest is done.
            let finished = finished.succeeded()?;
            if verb != Verb::Delete {
                finished.says(&doing)?.says("Warning")?;
            }
            ensure!(calls.len() == verb.steps().len(), "{calls:?}");
        } else {
            finished.refused()?.says(&doing)?;
            ensure!(calls.len() == index + 1, "something was tried after the error: {calls:?}");
            self.is_left(verb)?;
            self.perform(verb)?.succeeded().context("done again")?;
        }
        self.is_done(verb, path)
    }

    /// Makes what there must be before.
    fn prepare(&self, verb: Verb, path: &str) -> Result<()> {
        let project = &self.stage.project;
        match verb {
            Verb::Create | Verb::Read | Verb::Delete => Ok(()),
            Verb::Update => self.configure(path),
            Verb::Import => project.command(["state", "rm", POLICY]).run()?.succeeded().map(drop),
        }
    }

    fn perform(&self, verb: Verb) -> Result<Finished> {
        let project = &self.stage.project;
        match verb {
            Verb::Create | Verb::Update => project.apply_command(),
            Verb::Read => project.command(["plan", "-input=false"]),
            Verb::Delete => project.command(["destroy", "-input=false", "-auto-approve"]),
            Verb::Import => project.command(["import", "-input=false", POLICY, &self.name]),
        }
        .run()
    }

    /// What the state has after an error.
    fn is_left(&self, verb: Verb) -> Result<()> {
        let resources = match verb {
            Verb::Read | Verb::Update => return Ok(()),
            Verb::Create | Verb::Delete | Verb::Import => self.stage.project.resources()?,
        };
        match (verb, &resources[..]) {
            (Verb::Import, []) => Ok(()),
            // Nobody can tell whether it is there, so the state has it, and it will be replaced.
            (Verb::Create, [resource]) if resource["tainted"] == json!(true) => Ok(()),
            (Verb::Delete, [resource]) if resource["tainted"] != json!(true) => Ok(()),
            (_, resources) => bail!("the state has {resources:?}"),
        }
    }

    /// What there is at last: the policy, or none, in the state as on the server. Afterwards it is as before.
    fn is_done(&self, verb: Verb, path: &str) -> Result<()> {
        let Self { stage, name, .. } = self;
        let expected = (verb != Verb::Delete).then(|| rule(path));
        ensure!(stage.bao().policy(name)? == expected, "the server has another policy");
        match verb {
            Verb::Delete => {
                ensure!(stage.project.resources()?.is_empty(), "the state still has the policy");
                stage.project.apply(&[]).map(drop)
            }
            Verb::Create => {
                self.is_settled()?;
                stage.project.destroy(&[])
            }
            Verb::Read | Verb::Update | Verb::Import => self.is_settled(),
        }
    }

    fn is_settled(&self) -> Result<()> {
        ensure!(self.stage.project.plan(&[])? == Planned::Nothing, "something is left to do");
        Ok(())
    }

    /// Nobody but this machine listens, and it is said all the same.
    fn without_tls(&self) -> Result<()> {
        let Self { stage, name, .. } = self;
        let ca = fs::read_to_string(stage.bao().server.authority().certificate_file())?;
        let proxy = FaultProxy::start(Upstream::tls(stage.bao().server.address(), &ca)?, Listen::plain())?;
        stage.project.configure(&stage.with_address(Some(proxy.address()), &policy(name, "secret")))?;
        let plan = stage.project.command(["plan", "-input=false"]).run()?.succeeded()?;
        plan.says("Warning: The connection to the server is not encrypted")?;
        ensure!(proxy.calls().len() == 1, "{:?}", proxy.calls());
        self.configure("secret")
    }

    fn configure(&self, path: &str) -> Result<()> {
        let text = self.stage.with_address(Some(self.proxy.address()), &policy(&self.name, path));
        self.stage.project.configure(&text)
    }
}
