//! What must not compile, and what it is called then: each file in `fail` against the text in the file beside it, and each
//! file in `pass` without so much as a warning. `BLESS=1` writes the texts.
//!
//! The cases are given to the compiler directly, with the framework that this test is linked to. Through cargo they would
//! need a target folder of their own, with the TLS stack of the framework compiled once more.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, Result, ensure};

/// What is compiled without a complaint in the workspace, too.
const LINTS: [&str; 6] = [
    "missing_docs",
    "unused",
    "unreachable_pub",
    "unnameable_types",
    "elided_lifetimes_in_paths",
    "unused_qualifications",
];

#[test]
fn illegal_models_are_compile_errors() -> Result<()> {
    let compiler = Compiler::find()?;
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for case in cases("fail")? {
        let output = compiler.compile(&case, &["--cap-lints=allow"])?;
        let found = own_messages(&String::from_utf8_lossy(&output.stderr));
        ensure!(!output.status.success(), "{} compiles", case.display());
        let expected = case.with_extension("stderr");
        if bless {
            fs::write(&expected, &found)?;
        } else if fs::read_to_string(&expected).unwrap_or_default() != found {
            wrong.push(format!("{} says now:\n\n{found}", case.display()));
        }
    }
    ensure!(wrong.is_empty(), "{}\nBLESS=1 writes these texts.", wrong.join("\n"));
    Ok(())
}

#[test]
fn legal_models_compile_without_a_warning() -> Result<()> {
    let compiler = Compiler::find()?;
    let lints = LINTS.map(|lint| format!("-D{lint}"));
    let lints: Vec<&str> = lints.iter().map(String::as_str).collect();
    for case in cases("pass")? {
        let output = compiler.compile(&case, &lints)?;
        let text = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success() && text.is_empty(), "{}:\n{text}", case.display());
    }
    Ok(())
}

struct Compiler {
    rustc: PathBuf,
    dependencies: PathBuf,
    framework: PathBuf,
}

impl Compiler {
    /// The compiler of the cargo that runs this test, and what it has compiled last.
    fn find() -> Result<Self> {
        let rustc =
            PathBuf::from(std::env::var_os("CARGO").context("this test is run by cargo")?).with_file_name("rustc");
        let test = std::env::current_exe()?;
        let dependencies = test.parent().context("a test is in a folder")?.to_owned();
        let mut libraries = Vec::new();
        for entry in fs::read_dir(&dependencies)? {
            let (path, entry) = (entry.as_ref().map(fs::DirEntry::path), entry.as_ref());
            let (Ok(path), Ok(entry)) = (path, entry) else { continue };
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("libtf_framework-") && name.ends_with(".rlib") {
                libraries.push((entry.metadata()?.modified()?, path));
            }
        }
        // There is one for each set of features that was ever built; the newest is of today's sources.
        let (_, framework) = libraries.into_iter().max().context("tf-framework is not where this test is")?;
        Ok(Self { rustc, dependencies, framework })
    }

    fn compile(&self, case: &Path, arguments: &[&str]) -> Result<Output> {
        let mut framework = std::ffi::OsString::from("tf_framework=");
        framework.push(&self.framework);
        let mut dependencies = std::ffi::OsString::from("dependency=");
        dependencies.push(&self.dependencies);
        Command::new(&self.rustc)
            .current_dir(folder())
            .args(["--edition=2024", "--crate-type=lib", "--emit=metadata"])
            // Never `-o /dev/null`: rustc replaces the file, and root may replace that one.
            .args(["--out-dir", env!("CARGO_TARGET_TMPDIR")])
            .args([OsStr::new("--extern"), &framework, OsStr::new("-L"), &dependencies])
            .args(["--color=never", "--diagnostic-width=120"])
            .args(arguments)
            .arg(case)
            .output()
            .with_context(|| format!("starting {}", self.rustc.display()))
    }
}

/// The cases, from the folder of the package.
fn cases(outcome: &str) -> Result<Vec<PathBuf>> {
    let cases = Path::new("tests/ui").join(outcome);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder().join(&cases))? {
        let path = cases.join(entry?.file_name());
        if path.extension() == Some(OsStr::new("rs")) {
            files.push(path);
        }
    }
    files.sort();
    ensure!(!files.is_empty(), "there is no case in {}", cases.display());
    Ok(files)
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Without what changes for other reasons: parts of messages that show other files, and lists of the types that implement a
/// trait.
fn own_messages(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut in_list = false;
    for line in text.lines() {
        in_list = line.contains("following other types implement") || (in_list && line.starts_with("          "));
        if in_list {
            continue;
        }
        let begins = ["error", "warning", "help", "note"].iter().any(|word| line.starts_with(word));
        match parts.last_mut() {
            Some(part) if !begins => part.extend([line, "\n"]),
            _ => parts.push(format!("{line}\n")),
        }
    }
    let foreign =
        |part: &str| part.lines().any(|line| line.trim_start().starts_with("--> ") && !line.contains("--> tests/ui/"));
    // The empty line after a message stays.
    let kept = parts.iter().map(|part| match part.strip_suffix("\n\n") {
        _ if !foreign(part) => part,
        Some(_) => "\n",
        None => "",
    });
    kept.collect::<String>().trim_end().to_owned() + "\n"
}
