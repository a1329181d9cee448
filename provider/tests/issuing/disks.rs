//! Disks that are full or read-only: told at the attribute, and the pair that was there stays whole.

use std::fs;

use serde_json::json;
use tf_testing::Action;

use crate::mounts::{make_read_only, mount_small_disk, on_own_mounts};
use crate::stage::{Stage, certificate, ends_at, refused};

#[test]
fn a_full_disk() {
    on_own_mounts("a_full_disk", || {
        let stage = Stage::new();
        let root = stage.root();
        fs::create_dir(stage.file("small")).unwrap();
        mount_small_disk(&stage.file("small"));
        let config = |name: &str| {
            let more = json!({
                "dns_names": [name], "key": { "file": stage.path("small/a.key") },
                "certificate_file": { "path": stage.path("small/a.pem") },
            });
            stage.server_config(&root, more)
        };
        fs::write(stage.file("small/fill"), vec![b'x'; 1 << 20]).unwrap_err();
        let mut server = stage.certificate();
        let refusal = server.apply(config("a.home.arpa")).unwrap_err();
        refused(&refusal, "", "key", "df -h");
        assert!(server.state().is_none());
        fs::remove_file(stage.file("small/fill")).unwrap();
        assert_eq!(server.converges(config("a.home.arpa")).unwrap(), Action::Create);

        let before = stage.read("small/a.pem");
        fs::write(stage.file("small/fill"), vec![b'x'; 1 << 20]).unwrap_err();
        let refusal = server.apply(config("b.home.arpa")).unwrap_err();
        refused(&refusal, "", "certificate_file", "df -h");
        assert_eq!((stage.read("small/a.pem"), certificate(&server).to_pem()), (before.clone(), before));
        fs::remove_file(stage.file("small/fill")).unwrap();
        assert_eq!(server.converges(config("b.home.arpa")).unwrap(), Action::Update);
    });
}

#[test]
fn a_read_only_file_system() {
    on_own_mounts("a_read_only_file_system", || {
        let stage = Stage::new();
        let root = stage.root();
        fs::create_dir(stage.file("small")).unwrap();
        mount_small_disk(&stage.file("small"));
        let more = json!({ "certificate_file": { "path": stage.path("small/a.pem") } });
        let config = stage.server_config(&root, more);
        let mut server = stage.certificate();
        server.converges(&config).unwrap();
        let before = stage.read("small/a.pem");
        ends_at(&mut server, "2001-01-01T00:00:00Z");
        make_read_only(&stage.file("small"));
        let refusal = server.apply(&config).unwrap_err();
        refused(&refusal, "", "certificate_file", "read-only");
        assert_eq!(stage.read("small/a.pem"), before);
    });
}
