//! The derive macro against schemas and values that are written by hand.

// What a test calls is a test, too, and may unwrap.
#[cfg(test)]
mod declared;
mod function;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod note;
#[cfg(test)]
mod note_schema;
#[cfg(test)]
mod note_values;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod provider;
