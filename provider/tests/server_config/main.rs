//! `secretzero_server_config` and the functions `server_config` and `systemd_unit`, driven as the cores drive them.

// The attributes tell clippy that the functions which help are test code too.
#[cfg(test)]
mod functions;
#[cfg(test)]
mod life;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
#[path = "../issuing/mounts.rs"]
#[expect(dead_code, reason = "no disk is filled here")]
mod mounts;
#[cfg(test)]
mod stage;
