//! What foreign bytes may ask for. A decoder that meets more answers with an error instead of allocating.

/// Bytes of one encoded value. As much as a host accepts in one gRPC message, so that a value that could be sent can be read.
pub const MAX_BYTES: usize = 256 << 20;

/// Levels of nesting in a value or a type. Terraform's own configurations stay below 30; 128 is what JSON libraries allow.
pub const MAX_DEPTH: usize = 128;

/// Values in one message, counted with all their parts. A null takes one byte on the wire and 32 in memory: without this,
/// a message could ask for 32 times its size.
pub const MAX_VALUES: usize = 4_000_000;

/// Bytes of a type string.
pub const MAX_TYPE_BYTES: usize = 1 << 20;

/// Digits of a number in plain notation, on either side of the point. The largest double has 309 digits, the longest double
/// 1,074; `1e999999999` would be a gigabyte of zeros.
pub const MAX_DIGITS: usize = 2_048;
