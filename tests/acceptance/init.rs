//! `secretzero_init`: a new server is initialised once, and its keys are not lost.

mod gpg;
mod kill_around_call;
mod killed_server;
mod kv_home;
mod pgp_shares;
mod splits;
mod unread_reply;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use acceptance::cli::matcher::{has_length, is, null, unknown};
use acceptance::cli::{Cli, Complaint, Import};
use acceptance::{Authority, Product, Scenario};
use anyhow::{Result, ensure};
use fault_proxy::Moment::{After, Before};
use fault_proxy::{Fault, FaultProxy, Listen, Upstream};
use serde_json::Value;

use crate::new_server::{INIT, Stage, UNSEAL};
use crate::on_server::product;

/// A proxy in front of the server, with a certificate of its authority.
fn in_front_of(address: &str, authority: &Authority) -> Result<FaultProxy> {
    let identity = authority.server("fault-proxy", &["127.0.0.1"])?;
    let listen = Listen::tls(&identity.certificate_pem, &fs::read_to_string(&identity.key_file)?)?;
    Ok(FaultProxy::start(Upstream::tls(address, authority.certificate_pem())?, listen)?)
}

#[test]
fn opentofu_from_blank_to_destroyed() -> Result<()> {
    life(Cli::OpenTofu)
}

#[test]
fn terraform_from_blank_to_destroyed() -> Result<()> {
    life(Cli::Terraform)
}

fn life(cli: Cli) -> Result<()> {
    Scenario::run(&[cli.tool(), product(cli).tool()], |scenario| {
        let stage = Stage::create(scenario, cli, "")?;
        let split = "  shares = 3\n  threshold = 2";
        stage
            .story()
            .apply(stage.init_and_unseal("keys/a.json", split))
            .creates(INIT)
            .creates(UNSEAL)
            .planned(INIT, "/id", is(stage.path("keys/a.json")))
            .planned(INIT, "/key_fingerprints", unknown())
            .planned(UNSEAL, "/ready", unknown())
            .attribute(INIT, "/initialized", is(true))
            .attribute(INIT, "/shares", is(3))
            .attribute(INIT, "/recovery_shares", null())
            .attribute(INIT, "/key_fingerprints", has_length(3))
            .attribute(UNSEAL, "/ready", is(true))
            .between("look at the server and the keys", || {
                ensure!(stage.server.health()? == 200, "it is not active");
                let keys = stage.learn("keys/a.json")?;
                let origin = keys.pointer("/secretzero/product").and_then(Value::as_str).unwrap_or_default();
                ensure!(origin.starts_with(stage.server.product().name()), "the keys are of {origin:?}");
                ensure!(keys.pointer("/unseal_threshold") == Some(&2.into()), "the threshold is not written");
                ensure!(stage.files("keys")? == ["a.json"], "more is left than the keys");
                Ok(())
            })
            .refresh()
            // It moves, and the unsealing, which takes the same keys, has nothing to do.
            .apply(stage.init_and_unseal("moved/b.json", split))
            .updates(INIT)
            .keeps(INIT, "/id")
            .keeps(INIT, "/key_fingerprints")
            .updates(UNSEAL)
            .keeps(UNSEAL, "/ready")
            .between("see that the keys have moved", || {
                ensure!(stage.files("moved")? == ["b.json"] && stage.files("keys")?.is_empty(), "they have not");
                Ok(())
            })
            .plan_fails(stage.init_and_unseal("moved/b.json", "  shares = 5\n  threshold = 2"))
            .error(
                Complaint::new("The key of an initialised server is not split anew")
                    .detail("rekey")
                    .about(INIT)
                    .at("shares"),
            )
            .apply(stage.init_and_unseal("moved/b.json", split))
            .changes_nothing()
            .destroy()
            .warning(Complaint::new("The keys of the server stay where they are").detail("moved/b.json"))
            .between("see that everything is as it was", || {
                ensure!(stage.server.health()? == 200, "the server was asked something");
                ensure!(stage.files("moved")? == ["b.json"], "the keys are gone");
                Ok(())
            })
            .apply(stage.init_and_unseal("moved/b.json", ""))
            .creates(INIT)
            .warning(Complaint::new("The server is initialised already, and taken over"))
            .attribute(INIT, "/shares", is(3))
            .attribute(INIT, "/threshold", is(2))
            .import(INIT, Import::IdAt("/id".to_owned()))
            .replace(INIT)
            .warning(Complaint::new("The server is initialised already, and taken over"))
            .between("lose the keys", || Ok(fs::rename(stage.folder.join("moved/b.json"), stage.folder.join("lost"))?))
            .apply_again()
            .changes_nothing()
            .warning(Complaint::new("The keys of the server are not as they were stored").detail("b.json"))
            .destroy()
            .apply_fails(stage.init_and_unseal("moved/b.json", ""))
            .error(Complaint::new("The server is initialised already, and its keys are not at hand").about(INIT))
            .run()
    })
}

#[test]
fn a_lost_reply_is_said_and_a_reset_server_is_initialised() -> Result<()> {
    Scenario::run(&[Cli::OpenTofu.tool(), Product::OpenBao.tool()], |scenario| {
        let stage = Stage::create(scenario, Cli::OpenTofu, "")?;
        let proxy = in_front_of(stage.server.address(), stage.server.authority())?;
        let through = format!(
            "{}resource \"secretzero_init\" \"this\" {{\n  keys = {{ file = {:?} }}\n}}\n",
            stage.at(proxy.address(), ""),
            stage.path("keys.json")
        );
        // sys/seal-status comes first, sys/init second.
        let breaks = |fault| {
            proxy.begin_round();
            proxy.fail(1, fault);
            Ok(())
        };
        let intent = || stage.folder.join("keys.json.initialising").exists();
        stage
            .story()
            .between("break the call off before it is made", || breaks(Fault::BadGatewayHtml(Before)))
            .apply_fails(through.clone())
            .error(Complaint::new("Initialising the server").about(INIT))
            .gone(INIT)
            .between("see that nothing was done, and that it was asked is recorded", || {
                ensure!(intent() && stage.server.health()? == 501, "something was done");
                Ok(())
            })
            .between("lose the reply", || breaks(Fault::Reset(After)))
            .apply_fails(through.clone())
            .error(
                Complaint::new("The reply of the initialisation was lost").detail("keys.json.initialising").about(INIT),
            )
            .gone(INIT)
            .between("see that it is recorded", || {
                ensure!(intent(), "nothing is recorded");
                Ok(())
            })
            .apply_fails(through.clone())
            .error(
                Complaint::new("The reply of the initialisation was lost")
                    .detail("It is new and empty")
                    .detail("find DATA -mindepth 1 -delete")
                    .about(INIT),
            )
            .between("reset the server", || stage.reset())
            .apply_again()
            .creates(INIT)
            .between("see that nothing else is left", || {
                stage.learn("keys.json")?;
                ensure!(!intent(), "the record is still there");
                Ok(())
            })
            .between("reset the server again", || stage.reset())
            .apply_fails(through.clone())
            .error(Complaint::new("There are keys already, of another server").detail("never overwritten").about(INIT))
            .between("see that the keys are untouched", || stage.learn("keys.json").map(drop))
            .run()
    })
}

#[test]
fn shares_in_files_of_their_own() -> Result<()> {
    Scenario::run(&[Cli::Terraform.tool(), Product::Vault.tool()], |scenario| {
        let stage = Stage::create(scenario, Cli::Terraform, "")?;
        let files: Vec<_> = (1..=3).map(|number| stage.path(&format!("shares/{number}.json"))).collect();
        let home = format!("  keys = {{ share_files = {files:?} }}\n  shares = 3\n  threshold = 2\n");
        let together = format!("  keys = {{ file = {:?} }}\n  shares = 3\n  threshold = 2\n", stage.path("all.json"));
        let root = format!("  root_token = {{ file = {:?} }}\n", stage.path("root.json"));
        let unseal = "resource \"secretzero_unseal\" \"this\" {\n  keys = secretzero_init.this.keys\n}\n";
        stage
            .story()
            .validate_fails(stage.init(&home))
            .error(Complaint::new("Root Token Without a Home").about(INIT))
            .validate_fails(stage.init(&format!("{home}{root}").replace("shares = 3", "shares = 4")))
            .error(Complaint::new("Not a File for Each Share").about(INIT))
            .apply(format!("{}{unseal}", stage.init(&format!("{home}{root}"))))
            .creates(INIT)
            .attribute(UNSEAL, "/ready", is(true))
            .between("look at the files", || {
                for number in 1..=3 {
                    let part = stage.learn(&format!("shares/{number}.json"))?;
                    let count = part.get("unseal_keys_b64").and_then(Value::as_array).map(Vec::len);
                    ensure!(
                        count == Some(1) && part.get("root_token") == Some(&"".into()),
                        "file {number} has something else"
                    );
                }
                let root = stage.learn("root.json")?;
                ensure!(
                    root.get("unseal_keys_b64") == Some(&Value::Array(Vec::new())),
                    "there are shares beside the root token"
                );
                Ok(())
            })
            // Together in one file, and apart again. The root token comes along.
            .apply(format!("{}{unseal}", stage.init(&together)))
            .updates(INIT)
            .keeps(INIT, "/key_fingerprints")
            .between("look at the file", || {
                let keys = stage.learn("all.json")?;
                let token = keys.get("root_token").and_then(Value::as_str).unwrap_or_default();
                ensure!(!token.is_empty(), "the root token is lost");
                ensure!(
                    stage.files("shares")?.is_empty() && stage.files("")? == ["all.json", "shares"],
                    "files are left"
                );
                Ok(())
            })
            .apply(format!("{}{unseal}", stage.init(&format!("{home}{root}"))))
            .updates(INIT)
            .between("restart the server, while one share is with somebody else", || {
                ensure!(stage.files("")? == ["root.json", "shares"], "{:?}", stage.files("")?);
                fs::remove_file(&files[0])?;
                stage.server.restart()
            })
            .apply_again()
            .updates(UNSEAL)
            .leaves(INIT)
            .destroy()
            .run()
    })
}

#[test]
fn encrypted_keys() -> Result<()> {
    Scenario::run(&[Cli::OpenTofu.tool(), Product::OpenBao.tool()], |scenario| {
        let stage = Stage::create(scenario, Cli::OpenTofu, "")?;
        // Made by age-keygen for the tests; the second is somebody else's.
        let identities = [
            "AGE-SECRET-KEY-1YQNY5AAPSTAKPKZU4SL3W7M66W07MTK0UFCDN62YSW6Q007WVK5S6R0G7M",
            "AGE-SECRET-KEY-1NEEN385EU2GWZYK8JH4SJ6J33VF3Z0QRCH0QJG5WXNA3CFHK266S7J84JX",
        ];
        for (name, identity) in ["mine", "other"].iter().zip(identities) {
            let path = stage.folder.join(name);
            fs::write(&path, format!("# made by age-keygen\n{identity}\n"))?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        }
        let with = |recipients: &str, identity: &str| {
            let home = format!(
                "  keys = {{\n    file = {:?}\n{recipients}    age_identity_file = {:?}\n  }}\n  shares = 2\n  threshold = 2\n",
                stage.path("keys.age"),
                stage.path(identity)
            );
            let unseal = "resource \"secretzero_unseal\" \"this\" {\n  keys = secretzero_init.this.keys\n}\n";
            format!("{}{unseal}", stage.init(&home))
        };
        let recipients = "    age_recipients = [\"age12p99967rp49ulzndc7mav65ft78jwekyvty3f9g56nhr97v4vp5shr0phd\"]\n";
        let is_encrypted = || -> Result<bool> {
            Ok(fs::read_to_string(stage.folder.join("keys.age"))?.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"))
        };
        stage
            .story()
            .validate_fails(with("    age_recipients = [\"ssh-ed25519 AAAA\"]\n", "mine"))
            .error(Complaint::new("Not an age Recipient").about(INIT))
            .apply_fails(with(recipients, "other"))
            .error(Complaint::new("Decrypting").about(INIT))
            .between("see that the server was not asked", || {
                ensure!(stage.server.health()? == 501, "it was initialised");
                ensure!(stage.files("")? == ["mine", "other"], "something is left: {:?}", stage.files("")?);
                Ok(())
            })
            .apply(with(recipients, "mine"))
            .attribute(UNSEAL, "/ready", is(true))
            .between("look at the file, and restart the server", || {
                ensure!(is_encrypted()?, "the keys are in clear");
                stage.server.restart()
            })
            .apply_again()
            .updates(UNSEAL)
            .leaves(INIT)
            .apply(with("", "mine"))
            .updates(INIT)
            .keeps(INIT, "/key_fingerprints")
            .between("see that they are in clear", || {
                ensure!(!is_encrypted()?, "they are still encrypted");
                stage.learn("keys.age").map(drop)
            })
            .destroy()
            .run()
    })
}

#[test]
fn what_is_wrong_is_told_before_the_server_is_asked() -> Result<()> {
    Scenario::run(&[Cli::OpenTofu.tool(), Product::OpenBao.tool()], |scenario| {
        let stage = Stage::create(scenario, Cli::OpenTofu, "")?;
        let file = format!("  keys = {{ file = {:?} }}\n", stage.path("keys.json"));
        let pinned = stage.init(&file).replace("  address ", "  expected_cluster_id = \"0b5c\"\n  address ");
        let nowhere = stage
            .init(&format!("{file}  timeouts = {{ create = \"4s\" }}"))
            .replace(stage.server.address(), "https://127.0.0.1:1");
        let blank = || {
            ensure!(stage.server.health()? == 501, "it was initialised");
            ensure!(stage.files("")?.is_empty(), "something is left: {:?}", stage.files("")?);
            Ok(())
        };
        stage
            .story()
            .validate_fails(stage.init(&format!("{file}  shares = 3\n  threshold = 4")))
            .error(Complaint::new("Threshold That Is Not Possible").about(INIT).at("threshold"))
            .validate_fails(stage.init(&format!("{file}  shares = 3\n  threshold = 1")))
            .error(Complaint::new("Threshold That Is Not Possible").about(INIT).at("threshold"))
            .validate_fails(stage.init(&format!("{file}  shares = 300\n  threshold = 2")))
            .error(Complaint::new("").about(INIT).at("shares"))
            .validate_fails(stage.init("  keys = {}"))
            .error(Complaint::new("Missing Attribute").about(INIT))
            .apply_fails(stage.init(&format!("{file}  recovery_shares = 3\n  recovery_threshold = 2")))
            .error(
                Complaint::new("Shares of the Other Kind of Seal").detail("shamir").about(INIT).at("recovery_shares"),
            )
            .between("see that nothing was done", blank)
            .apply_fails(pinned)
            .error(Complaint::new("A Server That Is Expected to Have an Id Is Not New").about(INIT))
            .between("see that nothing was done", blank)
            .apply_fails(nowhere)
            .error(Complaint::new("Timed out waiting for the server to listen").detail("Start the server").about(INIT))
            .between("see that nothing was done", blank)
            .between("put a file where the folder should be", || Ok(fs::write(stage.folder.join("text"), "")?))
            .apply_fails(stage.init(&format!("  keys = {{ file = {:?} }}", stage.path("text/keys.json"))))
            .error(Complaint::new("is a file").about(INIT))
            .between("see that nothing was done", || {
                ensure!(stage.server.health()? == 501, "it was initialised");
                Ok(())
            })
            .run()
    })
}
