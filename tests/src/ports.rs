//! Free loopback ports.
//!
//! Not by binding port 0: that takes from the range from which every outgoing connection also gets its port, so a
//! server that is killed and restarted on its old port would now and then find it taken. Ports below that range stay
//! free as long as no other server takes them, and for that case [`retry_on_collision`] starts again elsewhere.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};

use crate::process::StartError;

/// Below the ranges that Linux (from 32768) and macOS (from 49152) use for outgoing connections.
const RANGE: Range<u16> = 20_000..32_000;

/// How often a start is tried on new ports.
const ATTEMPTS: usize = 5;

static TAKEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// `N` ports of 127.0.0.1 that nobody listens on, and that this process gives out only once.
///
/// # Errors
/// If no port of the range is free.
pub fn free<const N: usize>() -> Result<[u16; N]> {
    let mut ports = [0; N];
    for port in &mut ports {
        *port = free_port()?;
    }
    Ok(ports)
}

/// A port of which the next one is free, too: some servers want both.
///
/// # Errors
/// If there are no such two in the range.
pub fn free_pair() -> Result<u16> {
    for _ in 0..RANGE.len() {
        let port = free_port()?;
        let next = port + 1;
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        if !taken.contains(&next) && TcpListener::bind((Ipv4Addr::LOCALHOST, next)).is_ok() {
            taken.insert(next);
            return Ok(port);
        }
    }
    bail!("no two free ports side by side in {RANGE:?} on 127.0.0.1: end some servers")
}

/// Runs `start` again when it failed because another process had taken a port in between.
///
/// # Errors
/// Any other error of `start`, and the collision itself after five attempts.
pub fn retry_on_collision<T>(mut start: impl FnMut() -> Result<T>) -> Result<T> {
    for _ in 1..ATTEMPTS {
        match start() {
            Err(error) if is_collision(&error) => {}
            result => return result,
        }
    }
    start()
}

fn is_collision(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<StartError>().is_some_and(StartError::is_address_in_use))
}

fn free_port() -> Result<u16> {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    // Another test binary that runs now should look elsewhere.
    let start = scatter(RANGE.end - RANGE.start);
    for offset in 0..RANGE.end - RANGE.start {
        let port = RANGE.start + (start + offset) % (RANGE.end - RANGE.start);
        if !taken.contains(&port) && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            taken.insert(port);
            return Ok(port);
        }
    }
    bail!("no free port in {RANGE:?} on 127.0.0.1: end some servers")
}

/// A number below `limit` that differs between processes and calls. Nothing depends on its being hard to guess.
fn scatter(limit: u16) -> u16 {
    #[expect(clippy::disallowed_methods, reason = "any number that differs will do")]
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    let mixed = nanos.wrapping_mul(2_654_435_761) ^ std::process::id().wrapping_mul(40_503);
    u16::try_from(mixed % u32::from(limit)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::launch::Launch;
    use crate::process::Process;

    #[test]
    fn no_port_is_given_out_twice() {
        let ports: BTreeSet<u16> = (0..50).flat_map(|_| free::<2>().unwrap()).collect();
        assert_eq!(ports.len(), 100);
    }

    #[test]
    fn a_collision_is_tried_again_and_other_errors_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut starts = 0;
        let mut start_printing = |text: &str| {
            starts += 1;
            let launch = Launch::new("loser", "/bin/sh", folder.path()).args(["-c", &format!("echo '{text}'; exit 1")]);
            let process = Process::start(launch).unwrap();
            let error = process.wait_ready::<()>(Duration::from_secs(10), || bail!("never")).unwrap_err();
            std::fs::remove_file(process.log()).unwrap();
            Err::<(), _>(error.into())
        };
        retry_on_collision(|| start_printing("listen tcp 127.0.0.1:1: bind: address already in use")).unwrap_err();
        retry_on_collision(|| start_printing("bad configuration")).unwrap_err();
        assert_eq!(starts, ATTEMPTS + 1);
    }
}
