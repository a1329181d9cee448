//! Waiting for a state, with a deadline, instead of for a duration.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Calls `probe` until it succeeds, and returns what it returned.
///
/// The error of a probe is the state that it saw instead of the one that is waited for.
///
/// # Errors
/// When `within` has passed; the error says what was waited for and what the last probe saw.
pub fn wait_until<T>(what: &str, within: Duration, mut probe: impl FnMut() -> Result<T>) -> Result<T> {
    let mut pauses = Pauses::until(within);
    loop {
        match probe() {
            Ok(value) => return Ok(value),
            Err(state) if pauses.is_over() => {
                return Err(state).with_context(|| format!("waited {within:?} for {what}; the last state seen was"));
            }
            Err(_) => pauses.pause(),
        }
    }
}

/// Pauses that grow from 10 ms to 200 ms, up to a deadline.
pub(crate) struct Pauses {
    deadline: Instant,
    next: Duration,
}

impl Pauses {
    pub(crate) fn until(within: Duration) -> Self {
        Self { deadline: Instant::now() + within, next: FIRST_PAUSE }
    }

    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    pub(crate) fn pause(&mut self) {
        thread::sleep(self.next);
        self.next = (self.next * 3 / 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn the_value_of_the_first_success_comes_back() {
        let mut probes = 0;
        let value = wait_until("the third probe", Duration::from_secs(10), || {
            probes += 1;
            if probes < 3 { bail!("probe {probes}") } else { Ok(probes) }
        });
        assert_eq!(value.unwrap(), 3);
    }

    #[test]
    fn a_timeout_names_the_goal_and_the_last_state() {
        let error = wait_until::<()>("the moon", Duration::from_millis(30), || bail!("still dark")).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("the moon") && text.contains("still dark"), "{text}");
    }
}
