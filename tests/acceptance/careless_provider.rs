//! The careless provider under the real `tofu` and `terraform`: each rule that it breaks is noticed where the table says so.
//!
//! It is the proof that the rules of the test kit are those of the cores, and not what somebody believed them to be.

mod objects;
mod stage;

use std::collections::BTreeMap;

use acceptance::Scenario;
use acceptance::cli::Cli;
use anyhow::{Result, anyhow, ensure};
use careless_provider::{Sabotage, Script, Verdict, life, sabotages};

use stage::{Complaint, Stage};

/// What both cores have in common: whatever is not refused is taken for right.
const UNNOTICED: &str = "-";

/// So many bytes of what a core says stand in the table.
const BRIEF: usize = 240;

#[test]
fn every_sabotage_is_noticed_where_the_table_says_so() -> Result<()> {
    Scenario::run(&Cli::both().map(Cli::tool), |scenario| {
        let column = |cli| move || column(scenario, cli);
        let (tofu, terraform) = std::thread::scope(|scope| {
            let columns = (scope.spawn(column(Cli::OpenTofu)), scope.spawn(column(Cli::Terraform)));
            (joined(columns.0.join()), joined(columns.1.join()))
        });
        let (tofu, terraform) = (tofu?, terraform?);
        let mut wrong = Vec::new();
        println!("SABOTAGES: name | test kit | OpenTofu | Terraform");
        for sabotage in sabotages() {
            let kit = match life(sabotage, sabotage.name) {
                Ok(()) => UNNOTICED,
                Err(_) => "noticed",
            };
            let said =
                [&tofu, &terraform].map(|column| column.get(sabotage.name).map_or("not measured", String::as_str));
            println!("SABOTAGE {} | {kit} | {} | {}", sabotage.name, brief(said[0]), brief(said[1]));
            for (cli, verdict, said) in
                [(Cli::OpenTofu, sabotage.tofu, said[0]), (Cli::Terraform, sabotage.terraform, said[1])]
            {
                wrong.extend(contradiction(verdict, said).map(|text| format!("{}: {cli} {text}", sabotage.name)));
            }
        }
        ensure!(wrong.is_empty(), "the table is wrong:\n{}", wrong.join("\n"));
        Ok(())
    })
}

/// What is said first, without the advice that follows it.
fn brief(said: &str) -> &str {
    let said = said.split(" This is ").next().unwrap_or_default();
    said.get(..said.floor_char_boundary(BRIEF)).unwrap_or_default()
}

fn joined<T>(outcome: std::thread::Result<Result<T>>) -> Result<T> {
    outcome.map_err(|_| anyhow!("a thread panicked"))?
}

/// What one core says to each sabotage that it can be shown.
fn column(scenario: &Scenario, cli: Cli) -> Result<BTreeMap<&'static str, String>> {
    let stage = Stage::create(scenario, cli)?;
    let mut column = BTreeMap::new();
    for script in Script::ALL {
        let mut groups = [Vec::new(), Vec::new()];
        for sabotage in sabotages().filter(|sabotage| sabotage.script == script) {
            match if cli == Cli::OpenTofu { sabotage.tofu } else { sabotage.terraform } {
                Verdict::Refused(text) => groups[0].push((sabotage, text)),
                Verdict::NotChecked => groups[1].push((sabotage, "")),
                Verdict::NotMeasured(_) => {}
            }
        }
        for group in groups {
            column.extend(shown(&stage, script, group)?);
        }
    }
    Ok(column)
}

/// Shows some sabotages at once, each with what is expected of the answer.
///
/// An error names the object that it is about. Those about which not enough is said are shown alone, since an error may also
/// name nothing.
fn shown(
    stage: &Stage,
    script: Script,
    mut left: Vec<(&'static Sabotage, &'static str)>,
) -> Result<BTreeMap<&'static str, String>> {
    let mut said = BTreeMap::new();
    // A schema is spoiled for all at once.
    while script != Script::Load && left.len() > 1 {
        let group: Vec<&Sabotage> = left.iter().map(|(sabotage, _)| *sabotage).collect();
        let complaints = stage.perform(script, &group)?;
        if complaints.is_empty() {
            said.extend(left.drain(..).map(|(sabotage, _)| (sabotage.name, UNNOTICED.to_owned())));
        }
        let mut news: BTreeMap<&str, String> = BTreeMap::new();
        for Complaint { text, names } in complaints {
            let about = group.iter().filter(|sabotage| names.contains(sabotage.name));
            if let Some(sabotage) = about.max_by_key(|sabotage| sabotage.name.len()) {
                let all = news.entry(sabotage.name).or_default();
                *all = format!("{all}{}{text}", if all.is_empty() { "" } else { "; " });
            }
        }
        let before = left.len();
        left.retain(|(sabotage, expected)| match news.remove(sabotage.name) {
            Some(text) if !expected.is_empty() && text.contains(expected) => {
                said.insert(sabotage.name, text);
                false
            }
            Some(_) | None => true,
        });
        if left.len() == before {
            break;
        }
    }
    for (sabotage, _) in left {
        let complaints = stage.perform(script, &[sabotage])?;
        let texts: Vec<String> = complaints.into_iter().map(|complaint| complaint.text).collect();
        said.insert(sabotage.name, if texts.is_empty() { UNNOTICED.to_owned() } else { texts.join("; ") });
    }
    Ok(said)
}

/// What speaks against a verdict that was written down before.
fn contradiction(verdict: Verdict, said: &str) -> Option<String> {
    match verdict {
        Verdict::Refused(_) if said == UNNOTICED => Some("takes no notice".to_owned()),
        Verdict::Refused(text) if !said.contains(text) => Some(format!("says {said:?} and not {text:?}")),
        Verdict::NotChecked if said != UNNOTICED => Some(format!("says {said:?}")),
        Verdict::Refused(_) | Verdict::NotChecked | Verdict::NotMeasured(_) => None,
    }
}
