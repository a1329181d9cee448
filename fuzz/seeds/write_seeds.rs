//! Writes the committed seeds: `fuzz/corpus/<target>/<name>`, a few small inputs that reach what chance would not.
//!
//! `RUSTFLAGS="--cfg fuzzing" cargo run --manifest-path fuzz/Cargo.toml --example write_seeds`. Keys are new each time, so
//! a second run changes the files that hold certificates.

mod certificates;
mod cluster_keys;
mod engine;
mod host;
mod values;

use std::error::Error;
use std::fs;
use std::path::Path;

use plugin_proto::go_plugin::ConnInfo;
use prost::Message;
// Code that was compiled with the fuzzer's flags needs its counters, also where nothing is fuzzed.
use libfuzzer_sys as _;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let certificates = certificates::of_hosts()?;
    let first = certificates.first().map(|certificate| certificate.pem.clone()).unwrap_or_default();
    handshake_environment(&first)?;
    handshake_line()?;
    for certificate in &certificates {
        write("client_certificate", certificate.name, certificate.pem.as_bytes())?;
        write("client_certificate", &format!("{}.der", certificate.name), &certificate.der)?;
        // Behind the block stands what the target shows as a signature.
        let signed = [certificate.pem.as_bytes(), &certificate.signature].concat();
        write("client_certificate", &format!("{}.signed", certificate.name), &signed)?;
    }
    hclog_line()?;
    broker_message()?;
    let values = [
        ("msgpack_value", values::msgpack()),
        ("json_value", values::json()),
        ("raw_state", values::states()),
        ("type_string", values::types()),
        ("import_id", values::import_ids()),
        ("policy_text", values::policies()),
        ("request_data", engine::request_data()),
        ("path_pattern", engine::path_pattern()),
        ("storage_record", engine::storage_record()),
    ];
    for (target, seeds) in values {
        seeds.iter().try_for_each(|(name, seed)| write(target, name, seed))?;
    }
    for (name, seed) in cluster_keys::seeds()? {
        write("cluster_keys", name, &seed)?;
    }
    for (name, bytes) in host::recordings()? {
        // No switches: the recording begins with the preface itself, and is sent in one piece.
        write("grpc_frames", name, &[&[0], bytes.as_slice()].concat())?;
    }
    // The same behind the target's own start: empty settings, a ping, a reset, a window update, the end.
    let frames = b"\x27\0\0\0\x04\x01\0\0\0\0\0\0\x08\x06\0\0\0\0\0pingpong\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08\
                   \0\0\x04\x08\0\0\0\0\0\0\x01\0\0\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\0";
    write("grpc_frames", "frames", frames)
}

fn handshake_environment(pem: &str) -> Outcome<()> {
    let versions = "PLUGIN_PROTOCOL_VERSIONS=5,6\0";
    let half = pem.get(..pem.len() / 2).unwrap_or_default();
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let seeds = [
        ("host", format!("OURS=56\0{versions}PLUGIN_CLIENT_CERT={pem}\0PLUGIN_MIN_PORT=10000\0PLUGIN_MAX_PORT=25000")),
        ("plaintext", format!("OURS=6\0{versions}PLUGIN_MULTIPLEX_GRPC=true")),
        ("two_certificates", format!("OURS=6\0PLUGIN_CLIENT_CERT={pem}{pem}")),
        ("half_a_certificate", format!("OURS=6\0PLUGIN_CLIENT_CERT={half}")),
        ("key_and_certificate", format!("OURS=6\0PLUGIN_CLIENT_CERT={key}{pem}")),
        ("empty_certificate", format!("OURS=4\0{versions}PLUGIN_CLIENT_CERT=")),
        ("odd_numbers", "OURS=5\0PLUGIN_PROTOCOL_VERSIONS= 5,x,-1,,99999999999\0PLUGIN_MIN_PORT=70000".to_owned()),
        ("socket", "OURS=5\0PLUGIN_UNIX_SOCKET_DIR=/tmp\0PLUGIN_UNIX_SOCKET_GROUP=plugins".to_owned()),
    ];
    seeds.into_iter().try_for_each(|(name, seed)| write("handshake_environment", name, seed.as_bytes()))
}

fn handshake_line() -> Outcome<()> {
    let seeds: [(&str, &[u8]); 7] = [
        ("unix", b"\x02\x05\0\0\0plugin\0certificate"),
        ("unix_multiplexing", b"\x06\x06\0\0\0plugin\0\xff\xfe\xfd"),
        ("unix_plaintext", b"\0\x06\0\0\0plugin\0"),
        ("port", b"\x03\x05\0\0\x01127.0.0.1:1234\0certificate"),
        ("port_6", b"\x05\xff\xff\xff\xff[::1%3]:65535\0"),
        ("bar", b"\x02\x05\0\0\0a|b\n\xff\0"),
        (
            "too_long",
            b"\x02\x05\0\0\0ninety characters and more than that do not fit into the address of a socket, too long\0",
        ),
    ];
    seeds.into_iter().try_for_each(|(name, seed)| write("handshake_line", name, seed))
}

fn hclog_line() -> Outcome<()> {
    let seeds: [(&str, &[u8]); 7] = [
        ("plain", b"go_plugin::server\xff\0\0hello\xff\x02\0host\xff\x03\0terraform"),
        ("own_names", b"m\xff\0\0\"@level\":\xff\x02\0@level\xff\x03\0trace\xff\x02\0@@message\xff\x04\x01-7"),
        ("long", "m\u{7}".as_bytes()),
        ("escapes", b"\"\\\x01\xff\0\xee\x01\"\xff\x01\xe9\n\\\xff\x02\0a\xff\x03\xea\x02\xff\x02\0b\xff\x03\xea\x02"),
        ("quotes", b"\xff\0\xef\"\xff\0\xed\\"),
        ("numbers", b"mm\xff\x02\0f\xff\x04\x021e308\xff\x02\0n\xff\x04\x02nan\xff\x02\0b\xff\x04\xff"),
        ("characters", "mmm".as_bytes()),
    ];
    for (name, seed) in seeds {
        let seed = match name {
            // Longer than a line, in one byte and in four bytes a character.
            "long" => [seed, b"\xff\0\xec0123456789"].concat(),
            "characters" => [seed, b"\xff\0\xec", "ü𝄞\u{2028}\u{7f}".as_bytes()].concat(),
            _ => seed.to_vec(),
        };
        write("hclog_line", name, &seed)?;
    }
    Ok(())
}

fn broker_message() -> Outcome<()> {
    let announced = |id: u32, network: &str, address: &str| {
        let (network, address) = (network.to_owned(), address.to_owned());
        let bytes = ConnInfo { service_id: id, network, address, knock: None }.encode_to_vec();
        [&[0, u8::try_from(bytes.len()).unwrap_or_default()], bytes.as_slice()].concat()
    };
    let pause = |ticks: u8| vec![6, ticks];
    let (wait, give_up, end) = (|id: u8| vec![4, id], |index: u8| vec![5, index], vec![7]);
    let seeds = [
        ("announced_first", vec![announced(1, "unix", "/tmp/s"), pause(9), wait(1)]),
        ("awaited_first", vec![wait(1), pause(9), announced(1, "tcp", "127.0.0.1:80")]),
        ("too_late", vec![announced(1, "unix", "/s"), wait(2), pause(255), wait(1), announced(2, "unix", "/s")]),
        ("twice", vec![announced(1, "unix", "/a"), announced(1, "tcp", "192.0.2.1:80"), wait(1), wait(1), wait(1)]),
        // The number is used again, just before the first announcement would have been forgotten.
        (
            "again",
            vec![announced(1, "unix", "/a"), wait(1), pause(100), announced(1, "unix", "/b"), pause(90), wait(1)],
        ),
        (
            "given_up",
            vec![wait(1), wait(2), give_up(0), wait(1), announced(2, "", ""), announced(1, "unix", "relative")],
        ),
        ("many", vec![vec![3, 0, 255], vec![3, 8, 1], wait(3), pause(255), vec![3, 0, 4], wait(2)]),
        ("end", vec![announced(1, "unix", "/s"), end, announced(2, "unix", "/s"), wait(1), wait(2)]),
        ("unreadable", vec![vec![0, 2, 0x0a, 0xff], announced(1, "tcp", "[::1]:80"), wait(1)]),
        ("parts", vec![vec![2, 7, 1, 13], b"[::ffff:7f00:1".to_vec(), wait(7)]),
    ];
    seeds.into_iter().try_for_each(|(name, steps)| write("broker_message", name, &steps.concat()))
}

fn write(target: &str, name: &str, seed: &[u8]) -> Outcome<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(name), seed)?)
}
