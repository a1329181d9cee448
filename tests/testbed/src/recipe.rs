//! The recipes: which Go packages make which server, and the key that tells whether a built one is still the right one.

use std::{fs, io, path::PathBuf, time::Duration};

use sha2::{Digest, Sha256};

use crate::{cache, toolchain};

/// Flags of every build. `-mod=readonly`: the committed `go.mod` and `go.sum` are the whole truth.
pub(crate) const FLAGS: &[&str] = &["-mod=readonly", "-trimpath", "-buildvcs=false"];

/// One Go module of `tests/testbed/<name>/`, and the programs that are built from it.
#[derive(Debug)]
pub struct Recipe {
    /// The folder's name, and the name that `cargo xtask testbed build` takes.
    pub name: &'static str,
    /// The release that the module's pinned version stands for; `-` for a program of our own.
    pub version: &'static str,
    /// Whether the tests can do without it.
    pub class: Class,
    /// The programs, built one after the other: a link step needs 2–4 GiB of memory.
    pub programs: &'static [Program],
    /// Time of a build with empty caches on two cores, downloads included.
    pub cold: Duration,
    /// Disk that a build with empty caches takes, in MB: modules, compile cache and programs.
    pub disk_mb: u64,
    /// Linker stamps (`-X name=value`): unstamped programs report a wrong version, or none.
    stamps: &'static [&'static str],
}

/// One executable of a recipe.
#[derive(Debug)]
pub struct Program {
    /// The file's name in the cache.
    pub binary: &'static str,
    /// The Go package; `.` is the folder of the recipe itself.
    package: &'static str,
}

/// Whether the tests can do without a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Always built, always used: without it `cargo xtask test` fails.
    Core,
    /// Used when it is cached or when the time left allows its build, otherwise reported as not run.
    Extended,
    /// Never built here: on PATH, or reported missing.
    FromPath,
}

/// Every recipe, in the order in which they are built: what most tests need comes first.
pub static RECIPES: &[Recipe] = &[
    Recipe {
        name: "opentofu",
        version: "1.12.6",
        class: Class::Core,
        programs: &[Program { binary: "tofu", package: "github.com/opentofu/opentofu/cmd/tofu" }],
        cold: minutes(5),
        disk_mb: 3_000,
        // Without it the program calls itself a development build and warns.
        stamps: &["github.com/opentofu/opentofu/version.dev=no"],
    },
    Recipe {
        name: "go-plugin-host",
        version: "-",
        class: Class::Core,
        programs: &[Program { binary: "go-plugin-host", package: "." }],
        cold: minutes(1),
        disk_mb: 300,
        stamps: &[],
    },
    Recipe {
        name: "secrets-engine-host",
        version: "-",
        class: Class::Core,
        programs: &[Program { binary: "secrets-engine-host", package: "." }],
        cold: minutes(1),
        disk_mb: 300,
        stamps: &[],
    },
    Recipe {
        name: "secrets-engine-in-go",
        version: "-",
        class: Class::Core,
        programs: &[Program { binary: "secrets-engine-in-go", package: "." }],
        cold: minutes(1),
        disk_mb: 300,
        stamps: &[],
    },
    Recipe {
        name: "cty-vectors",
        version: "-",
        class: Class::Core,
        programs: &[Program { binary: "cty-vectors", package: "." }],
        cold: minutes(1),
        disk_mb: 100,
        stamps: &[],
    },
    Recipe {
        name: "x509-judge",
        version: "-",
        class: Class::Core,
        programs: &[Program { binary: "x509-judge", package: "." }],
        cold: minutes(1),
        disk_mb: 100,
        stamps: &[],
    },
    Recipe {
        name: "etcd",
        version: "3.6.14",
        class: Class::Core,
        programs: &[Program { binary: "etcd", package: "go.etcd.io/etcd/server/v3" }],
        cold: minutes(2),
        disk_mb: 700,
        stamps: &[],
    },
    Recipe {
        name: "openbao",
        version: "2.4.0",
        class: Class::Core,
        programs: &[Program { binary: "bao", package: "github.com/openbao/openbao" }],
        cold: minutes(8),
        disk_mb: 4_000,
        stamps: &["github.com/openbao/openbao/version.fullVersion=2.4.0"],
    },
    Recipe {
        name: "kubernetes",
        version: "1.36.3",
        class: Class::Core,
        programs: &[
            Program { binary: "kube-apiserver", package: "k8s.io/kubernetes/cmd/kube-apiserver" },
            Program { binary: "kube-controller-manager", package: "k8s.io/kubernetes/cmd/kube-controller-manager" },
            Program { binary: "kubectl", package: "k8s.io/kubernetes/cmd/kubectl" },
        ],
        cold: minutes(8),
        disk_mb: 3_500,
        // Clients refuse or misjudge a server that reports v0.0.0.
        stamps: &[
            "k8s.io/component-base/version.gitVersion=v1.36.3",
            "k8s.io/component-base/version.gitMajor=1",
            "k8s.io/component-base/version.gitMinor=36",
            "k8s.io/client-go/pkg/version.gitVersion=v1.36.3",
        ],
    },
    Recipe {
        name: "vault",
        version: "1.21.1",
        class: Class::Core,
        programs: &[Program { binary: "vault", package: "github.com/hashicorp/vault" }],
        cold: minutes(11),
        disk_mb: 6_500,
        stamps: &["github.com/hashicorp/vault/sdk/version.Version=1.21.1"],
    },
    Recipe {
        name: "dex",
        version: "2.45.1",
        class: Class::Extended,
        programs: &[Program { binary: "dex", package: "github.com/dexidp/dex/cmd/dex" }],
        cold: minutes(2),
        disk_mb: 700,
        stamps: &[],
    },
    Recipe {
        name: "terraform-provider-vault",
        version: "5.9.0",
        class: Class::Extended,
        programs: &[Program {
            binary: "terraform-provider-vault",
            package: "github.com/hashicorp/terraform-provider-vault",
        }],
        cold: minutes(4),
        disk_mb: 1_500,
        stamps: &[],
    },
];

impl Recipe {
    /// The recipe of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        RECIPES.iter().find(|recipe| recipe.name == name)
    }

    /// Name and version, for people.
    pub fn title(&self) -> String {
        match self.version {
            "-" => self.name.to_owned(),
            version => format!("{} {version}", self.name),
        }
    }

    /// Where the programs of the current key are or will be; `None` if there is no `go` whose version could be part of the
    /// key, or if the recipe's folder can't be read.
    pub fn folder(&self) -> Option<PathBuf> {
        let key = self.key(toolchain::version_line()?).ok()?;
        Some(cache::servers(self.name).join(key))
    }

    /// Whether every program of the current key is built.
    pub fn is_cached(&self) -> bool {
        self.folder().is_some_and(|folder| self.programs.iter().all(|program| folder.join(program.binary).is_file()))
    }

    /// The committed folder with `go.mod`, `go.sum` and, for our own programs, the Go files.
    pub(crate) fn sources(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(self.name)
    }

    /// The value of `-ldflags`: no symbol table, no debug information, and the stamps.
    pub(crate) fn linker_flags(&self) -> String {
        let stamps: String = self.stamps.iter().map(|stamp| format!(" -X {stamp}")).collect();
        format!("-s -w{stamps}")
    }

    /// Tells apart everything that makes a different program: sources, pinned modules, Go version and target, flags.
    pub(crate) fn key(&self, go_version_line: &str) -> io::Result<String> {
        let mut hash = Sha256::new();
        let mut field = |bytes: &[u8]| {
            // The length keeps "ab" + "c" apart from "a" + "bc".
            hash.update(bytes.len().to_le_bytes());
            hash.update(bytes);
        };
        field(go_version_line.as_bytes());
        field(FLAGS.join(" ").as_bytes());
        field(self.linker_flags().as_bytes());
        for program in self.programs {
            field(program.binary.as_bytes());
            field(program.package.as_bytes());
        }
        let mut sources: Vec<PathBuf> =
            fs::read_dir(self.sources())?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
        sources.retain(|path| path.extension().is_some_and(|kind| kind == "go" || kind == "mod" || kind == "sum"));
        sources.sort();
        for source in sources {
            field(source.file_name().unwrap_or_default().as_encoded_bytes());
            field(&fs::read(&source)?);
        }
        let digest = hash.finalize();
        Ok(digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
    }
}

impl Program {
    /// The Go package; `.` is the folder of the recipe itself.
    pub(crate) fn package(&self) -> &'static str {
        self.package
    }
}

const fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_binaries_are_unique() {
        let mut names: Vec<&str> = RECIPES.iter().map(|recipe| recipe.name).collect();
        let mut binaries: Vec<&str> =
            RECIPES.iter().flat_map(|recipe| recipe.programs).map(|program| program.binary).collect();
        for list in [&mut names, &mut binaries] {
            let length = list.len();
            list.sort_unstable();
            list.dedup();
            assert_eq!(list.len(), length);
        }
    }

    #[test]
    fn every_recipe_has_its_committed_module() {
        for recipe in RECIPES {
            for file in ["go.mod", "go.sum"] {
                assert!(recipe.sources().join(file).is_file(), "tests/testbed/{}/{file} is missing", recipe.name);
            }
        }
    }

    #[test]
    fn the_key_follows_the_go_version() {
        let recipe = Recipe::named("etcd").unwrap();
        let key = recipe.key("go version go1.26.8 linux/amd64").unwrap();
        assert_eq!(key, recipe.key("go version go1.26.8 linux/amd64").unwrap());
        assert_ne!(key, recipe.key("go version go1.26.9 linux/amd64").unwrap());
        assert_ne!(key, Recipe::named("dex").unwrap().key("go version go1.26.8 linux/amd64").unwrap());
    }
}
