//! PostgreSQL, as the database whose credentials the servers issue.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::Signal;
use nix::unistd::{User, geteuid};
use testbed::Tool;

use crate::authority::{Authority, write};
use crate::launch::Launch;
use crate::ports;
use crate::process::Process;
use crate::run_folder::subfolder;
use crate::scenario::Scenario;
use crate::servers::{READY_WITHIN, Shared, program};

/// Name of the superuser, and of the database that everybody connects to.
const SUPERUSER: &str = "postgres";

static SHARED: Shared<Postgres> = Shared::new();

/// A running PostgreSQL that speaks TLS on loopback and asks for SCRAM passwords.
pub struct Postgres {
    process: Process,
    psql: PathBuf,
    folder: PathBuf,
    port: u16,
    password: String,
    authority: Authority,
}

impl Postgres {
    /// The one that all tests of this binary share: keep to roles of your own.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub fn shared(scenario: &Scenario) -> Result<&'static Self> {
        SHARED.instance(scenario, "postgres", Self::start)
    }

    /// Makes a new database in a new folder below `parent`, starts it and waits until it accepts logins.
    ///
    /// PostgreSQL refuses to run as root; then it runs as the user `postgres`, or `nobody`.
    ///
    /// # Errors
    /// If it is missing, or not ready within three minutes.
    pub fn start(parent: &Path) -> Result<Self> {
        let program = program(Tool::Postgres)?.path.canonicalize().context("resolving the path of postgres")?;
        let programs = program.parent().context("postgres lies in no folder")?;
        // `find` has made sure that these are there.
        let psql = programs.join("psql");
        ports::retry_on_collision(|| {
            let folder = subfolder(parent, "postgres")?;
            let user = unprivileged_user()?;
            let password = "harness-superuser".to_owned();
            let authority = Authority::create(&folder)?;
            let data = make_database(programs, &folder, &password, user)?;
            let server = authority.server("server", &["localhost", "127.0.0.1"])?;
            let [port] = ports::free()?;
            let mut launch = Launch::new("postgres", &program, &folder).farewell(Signal::SIGINT).args([
                "-D".to_owned(),
                data.display().to_string(),
                format!("--port={port}"),
                "--listen_addresses=127.0.0.1".to_owned(),
                "--unix_socket_directories=".to_owned(),
                "--fsync=off".to_owned(),
                "--ssl=on".to_owned(),
                format!("--ssl_cert_file={}", server.certificate_file.display()),
                format!("--ssl_key_file={}", server.key_file.display()),
            ]);
            if let Some((user, group)) = user {
                chown(&server.key_file, Some(user), Some(group)).context("giving the key to the database")?;
                launch = launch.user(user, group);
            }
            let process = Process::start(launch)?;
            let postgres = Self { process, psql: psql.clone(), folder, port, password, authority };
            postgres.process.wait_ready(READY_WITHIN, || postgres.superuser("select 1"))?;
            Ok(postgres)
        })
    }

    /// Host and port.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Name and password of the superuser, with which a secrets engine makes roles.
    pub fn superuser_login(&self) -> (&str, &str) {
        (SUPERUSER, &self.password)
    }

    /// A connection URL for the database engines of OpenBao and Vault, with their placeholders for the login and with the
    /// certificate verified.
    pub fn connection_url(&self) -> String {
        let root = self.authority.certificate_file().display();
        let address = self.address();
        format!(
            "postgresql://{{{{username}}}}:{{{{password}}}}@{address}/postgres?sslmode=verify-full&sslrootcert={root}"
        )
    }

    /// What psql and every other client on libpq reads from the environment: the address, this login, the database, and
    /// that the certificate is verified.
    pub fn client_environment(&self, user: &str, password: &str) -> [(&'static str, String); 7] {
        [
            ("PGHOST", "127.0.0.1".to_owned()),
            ("PGPORT", self.port.to_string()),
            ("PGUSER", user.to_owned()),
            ("PGPASSWORD", password.to_owned()),
            ("PGDATABASE", SUPERUSER.to_owned()),
            ("PGSSLMODE", "verify-full".to_owned()),
            ("PGSSLROOTCERT", self.authority.certificate_file().display().to_string()),
        ]
    }

    /// The program psql that belongs to it.
    pub fn psql(&self) -> &Path {
        &self.psql
    }

    /// Folder with its log and data.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The process, to be killed and restarted.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Runs SQL as the superuser and returns the rows, columns separated by `|`.
    ///
    /// # Errors
    /// If the login or the SQL fails.
    pub fn superuser(&self, sql: &str) -> Result<String> {
        self.query(SUPERUSER, &self.password, sql)
    }

    /// Makes a role that can log in.
    ///
    /// # Errors
    /// If the role exists.
    pub fn create_role(&self, name: &str, password: &str) -> Result<()> {
        self.superuser(&format!("create role \"{name}\" login password '{password}'"))?;
        Ok(())
    }

    /// Logs in with psql over verified TLS, runs SQL and returns the rows, columns separated by `|`.
    ///
    /// # Errors
    /// If the login or the SQL fails; the error has the text of psql.
    pub fn query(&self, user: &str, password: &str, sql: &str) -> Result<String> {
        let output = Command::new(&self.psql)
            .args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-w", "-c", sql])
            .env_clear()
            .env("HOME", &self.folder)
            .env("PGCONNECT_TIMEOUT", "10")
            .envs(self.client_environment(user, password))
            .output()
            .context("running psql")?;
        if !output.status.success() {
            bail!("psql as {user}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8(output.stdout).context("psql printed something else than text")?.trim().to_owned())
    }
}

/// The user and group to run as: `None` is the one that runs the test.
fn unprivileged_user() -> Result<Option<(u32, u32)>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    for name in [SUPERUSER, "nobody"] {
        if let Some(user) = User::from_name(name).with_context(|| format!("looking up the user {name}"))? {
            return Ok(Some((user.uid.as_raw(), user.gid.as_raw())));
        }
    }
    bail!("PostgreSQL refuses root, and there is neither a user {SUPERUSER} nor nobody; run the tests as another user")
}

fn make_database(programs: &Path, folder: &Path, password: &str, user: Option<(u32, u32)>) -> Result<PathBuf> {
    let data = folder.join("data");
    fs::create_dir(&data).with_context(|| format!("creating {}", data.display()))?;
    let password_file = folder.join("password");
    write(&password_file, password, 0o600)?;
    let mut command = Command::new(programs.join("initdb"));
    command
        .args(["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--no-sync", "--username", SUPERUSER])
        .args([format!("--pwfile={}", password_file.display()), format!("--pgdata={}", data.display())])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .current_dir(folder);
    if let Some((user, group)) = user {
        for path in [&data, &password_file] {
            chown(path, Some(user), Some(group)).with_context(|| format!("giving away {}", path.display()))?;
        }
        command.uid(user).gid(group);
    }
    let output = command.output().context("running initdb")?;
    if !output.status.success() {
        let owner = fs::metadata(&data).map_or(0, |data| data.uid());
        bail!("initdb as user {owner}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(data)
}
