//! Name spaces of the test's own: mounts, network and processes that end with it, and that nobody else sees.

use std::process::Command;

/// Set inside: whether the name spaces are private.
const INSIDE: &str = "PASSERBY_FAULT_INSIDE";

/// Runs `body` in name spaces of its own where this system allows that (root may), else as it is: then what needs them is left out,
/// and counted. `test` is the full name of the test.
pub fn within(test: &str, body: impl AsyncFnOnce()) {
    if !is_private() {
        let mut command = unshare();
        if command.arg("true").status().is_ok_and(|status| status.success()) {
            // The shell stays: it is the first process in there, and takes those away that nobody waits for.
            let script =
                r#"mkdir -p /run/netns && mount -t tmpfs passerby /run/netns && ip link set lo up && "$@""#;
            let program = std::env::current_exe().unwrap();
            let mut inside = unshare();
            inside.args(["sh", "-c", script, "sh"]).arg(program).args(["--exact", test, "--nocapture"]);
            // Each connection of a wallet reads the system's authorities anew, for nothing: no line here is a secure one.
            let authorities = tempfile::tempdir().unwrap();
            if let Some(first) = find_first_authority() {
                let file = authorities.path().join("first.pem");
                std::fs::write(&file, first).unwrap();
                inside.env("SSL_CERT_FILE", file).env("SSL_CERT_DIR", authorities.path());
            }
            let status = inside.env(INSIDE, "1").status().unwrap();
            assert!(status.success(), "what it says stands above");
            return;
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap().block_on(body());
}

/// The first of the authorities that Debian trusts.
fn find_first_authority() -> Option<String> {
    const END: &str = "-----END CERTIFICATE-----\n";
    let all = std::fs::read_to_string("/etc/ssl/certs/ca-certificates.crt").ok()?;
    Some(all.split_inclusive(END).next()?.to_owned())
}

/// Whether this process has its mounts and its network to itself, as root.
pub fn is_private() -> bool {
    std::env::var_os(INSIDE).is_some()
}

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    command
}

/// Runs one of the system's programs; what it says is the error.
pub fn run(program: &str, args: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(args).output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(format!("{program} {}: {said}", args.join(" ")))
}
