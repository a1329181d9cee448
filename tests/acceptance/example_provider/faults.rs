//! Row 25 on a real server: each fault at the call that makes a policy, at the one that reads it and at the one that changes it.

use std::fs;

use ::fault_proxy::{Fault, FaultProxy, Filter, Listen, Moment, Upstream};
use acceptance::cli::Planned;
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;

use super::{Stage, policy, rule};

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

    for fault in Fault::BASIC {
        trial.create(fault).with_context(|| format!("{fault} while the policy is created"))?;
    }
    trial.stage.project.apply(&[])?;
    for fault in Fault::BASIC {
        trial.read(fault).with_context(|| format!("{fault} while the policy is read"))?;
    }
    for (fault, path) in Fault::BASIC.into_iter().zip(["other", "secret"].into_iter().cycle()) {
        trial.update(fault, path).with_context(|| format!("{fault} while the policy is changed"))?;
    }
    trial.without_tls()?;
    trial.stage.project.destroy(&[])
}

struct Trial {
    stage: Stage,
    proxy: FaultProxy,
    name: String,
}

impl Trial {
    fn configure(&self, path: &str) -> Result<()> {
        let text = self.stage.with_address(Some(self.proxy.address()), &policy(&self.name, path));
        self.stage.project.configure(&text)
    }

    /// A creation that fails, the apply that makes it good, and a destruction.
    fn create(&self, fault: Fault) -> Result<()> {
        let project = &self.stage.project;
        self.break_first("PUT", fault);
        project.apply_command().run()?.refused()?.says(&format!("Creating the policy {:?}", self.name))?;
        self.was_met(fault)?;

        // Nobody can tell whether it is there, so the state has it, and it will be replaced.
        let [resource] = &project.resources()?[..] else { bail!("the state has no policy, or more than one") };
        ensure!(resource["address"] == "example_policy.one" && resource["tainted"] == json!(true), "{resource}");
        project.apply(&[])?;
        self.is_settled("secret")?;
        project.destroy(&[])?;
        ensure!(self.stage.bao().policy(&self.name)?.is_none(), "the policy is still there");
        Ok(())
    }

    /// A plan whose look at the policy fails: never is it taken for gone.
    fn read(&self, fault: Fault) -> Result<()> {
        let project = &self.stage.project;
        self.break_first("GET", fault);
        let plan = project.command(["plan", "-input=false", "-detailed-exitcode"]).run()?;
        self.was_met(fault)?;
        let summary = format!("Reading the policy {:?}", self.name);
        if fault == Fault::Sealed(Moment::Before) {
            // The state stands, and a warning says so.
            plan.succeeded()?.says(&summary)?.says("Warning").map(drop)
        } else {
            plan.refused()?.says(&summary).map(drop)
        }
    }

    /// A change that fails, and the apply that makes it good.
    fn update(&self, fault: Fault, path: &str) -> Result<()> {
        let project = &self.stage.project;
        self.configure(path)?;
        self.break_first("PUT", fault);
        project.apply_command().run()?.refused()?.says(&format!("Changing the policy {:?}", self.name))?;
        self.was_met(fault)?;
        project.apply(&[])?;
        self.is_settled(path)
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

    fn break_first(&self, method: &str, fault: Fault) {
        self.proxy.count(Filter::all().method(method));
        self.proxy.begin_round();
        self.proxy.fail(0, fault);
    }

    /// A fault that no call met would show nothing. Nor does the provider try again by itself.
    fn was_met(&self, fault: Fault) -> Result<()> {
        let calls = self.proxy.calls();
        ensure!(calls.len() == 1 && calls[0].fault == Some(fault), "{calls:?}");
        self.proxy.lift();
        Ok(())
    }

    fn is_settled(&self, path: &str) -> Result<()> {
        ensure!(self.stage.project.plan(&[])? == Planned::Nothing, "something is left to do");
        ensure!(self.stage.bao().policy(&self.name)?.as_deref() == Some(&*rule(path)), "the server has another policy");
        Ok(())
    }
}
