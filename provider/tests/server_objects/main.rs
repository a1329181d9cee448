//! What holds for every object on a server, in one process with the provider, against both servers: that configuring and
//! planning needs no server, that a second plan is empty and drift is repaired, that nothing but a definite "not found" takes an
//! object out of the state, and that what is half done is recorded and found again.
//!
//! The seeded bugs of `seeded_server_bugs` must turn these tests red.

// The attributes tell clippy that the functions which help are test code too.
#[cfg(test)]
mod definitely_gone;
#[cfg(test)]
mod half_done;
#[cfg(test)]
mod object;
#[cfg(test)]
mod renewed;
#[cfg(test)]
mod second_plan;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod without_server;
