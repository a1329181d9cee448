//! Which processes a command consists of: itself, its plugins, and whatever outlived it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

/// A process of a command's group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupMember {
    /// Its process id.
    pub process: u32,
    /// The file that it runs; empty if the process is gone by now.
    pub program: PathBuf,
}

impl GroupMember {
    /// Kills it as a crash would.
    ///
    /// # Errors
    /// If it is gone.
    pub fn kill(&self) -> Result<()> {
        kill(pid(self.process), Signal::SIGKILL).with_context(|| format!("killing process {}", self.process))
    }

    /// Whether it runs a file with a provider's name.
    pub(crate) fn is_provider(&self) -> bool {
        let name = self.program.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with("terraform-provider-"))
    }
}

/// A process group. Groups stay together when their leader dies, and terminals interrupt them as one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProcessGroup(pub(crate) u32);

impl ProcessGroup {
    /// Every process that runs, the leader included. One that is dead, but not yet taken note of, does not.
    pub(crate) fn members(self) -> Result<Vec<GroupMember>> {
        let mut members = Vec::new();
        for entry in fs::read_dir("/proc").context("listing /proc")? {
            let name = entry.context("listing /proc")?.file_name();
            let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            // Processes come and go while we look.
            let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat")) else { continue };
            if is_alive_in(&stat, self.0) {
                let program = fs::read_link(format!("/proc/{process}/exe")).unwrap_or_default();
                members.push(GroupMember { process, program });
            }
        }
        Ok(members)
    }

    /// Sends a signal to each of them, as the terminal does on Ctrl-C.
    pub(crate) fn signal(self, signal: Signal) -> Result<()> {
        killpg(pid(self.0), signal).with_context(|| format!("sending {signal} to process group {}", self.0))
    }
}

pub(crate) fn pid(number: u32) -> Pid {
    // The kernel's own type is signed; its numbers end at 2^22.
    Pid::from_raw(number.cast_signed())
}

/// Reads `PID (NAME) STATE PARENT GROUP …`, where the name may hold anything.
fn is_alive_in(stat: &str, group: u32) -> bool {
    let Some((_, rest)) = stat.rsplit_once(')') else { return false };
    let mut fields = rest.split_whitespace();
    let (state, _parent, of_group) = (fields.next(), fields.next(), fields.next());
    let is_dead = matches!(state, None | Some("Z" | "X"));
    !is_dead && of_group.and_then(|text| text.parse().ok()) == Some(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_proc_is_read_whatever_the_name_of_the_process() {
        assert!(is_alive_in("12 (a) b) S 1 77 77 0 -1", 77));
        assert!(!is_alive_in("12 (a) S 77 1 77 0 -1", 77));
        assert!(!is_alive_in("12 (a) Z 1 77 77 0 -1", 77));
        assert!(!is_alive_in("", 77));
    }
}
