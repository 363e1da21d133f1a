//! Who takes part: a relay, a shop with its packing table, a person with a wallet. Real programs on free loopback ports.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::program;
use super::recorder::Recorder;
use crate::checkout::Checkout;
use crate::process::{Process, find_free_port};

/// How long a program may take to be ready on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The details of the person of this story, who does not exist.
pub fn details() -> Value {
    json!({
        "name": "Anna Beispiel-Żółć",
        "address.street_address": "Große Hamburger Straße 12, Hinterhaus",
        "address.postal_code": "10115-A",
        "address.locality": "Berlin-Mitte",
        "address.country": "Deutschland",
        "phone_number": "+49 30 901820-47",
        "email": "anna.beispiel@post.example",
    })
}

/// What a relay of the story is told.
pub struct RelayWanted<'a> {
    /// Where it is to listen, on loopback.
    pub port: u16,
    /// Where it is reached.
    pub address: &'a str,
    /// The shop that it is to know, and the thumbprint of its root key.
    pub sector: &'a str,
    pub root_jkt: &'a str,
}

/// Everybody, on stage.
pub struct Cast {
    folder: PathBuf,
    wallet_program: PathBuf,
    relay: Process,
    shop: Process,
    packing: Process,
    recorders: Vec<Recorder>,
    /// Where the relay is reached.
    pub relay_address: String,
    /// The shop's name: `shoes.localhost:PORT`.
    pub sector: String,
    /// Where the shop's web process is reached, by its recorder.
    pub shop_port: u16,
    /// Where the packing table is reached.
    pub packing_port: u16,
}

impl Cast {
    /// Makes keys, starts the programs, introduces the shop to the relay, fills the wallet.
    ///
    /// With `record`, all that passes between wallet, shop and relay is written down on the way. That ends with this
    /// program: without it, the others can go on alone.
    pub fn raise(checkout: &Checkout, folder: &Path, record: bool) -> Result<Self> {
        Self::raise_around(checkout, folder, record, |wanted| start_relay(checkout, folder, wanted))
    }

    /// The same around another relay than the one of this build.
    pub fn raise_around(
        checkout: &Checkout,
        folder: &Path,
        record: bool,
        start_relay: impl FnOnce(&RelayWanted<'_>) -> Result<Process>,
    ) -> Result<Self> {
        for name in ["relay", "shop", "web", "packing", "wallet", "logs", "traffic"] {
            fs::create_dir(folder.join(name)).with_context(|| format!("making the folder {name}"))?;
        }
        let (relay_port, shop_port, packing_port) = (find_free_port()?, find_free_port()?, find_free_port()?);
        let mut recorders = Vec::new();
        let mut public = |port, name: &str| -> Result<u16> {
            if !record {
                return Ok(port);
            }
            let recorder = Recorder::start(local(port), &folder.join("traffic").join(name))?;
            let public = recorder.port();
            recorders.push(recorder);
            Ok(public)
        };
        let relay_address = format!("http://127.0.0.1:{}", public(relay_port, "relay")?);
        let public_shop_port = public(shop_port, "shop")?;
        let sector = format!("shoes.localhost:{public_shop_port}");

        let root_jkt = make_shop_keys(checkout, folder, &sector)?;
        let relay = start_relay(&RelayWanted {
            port: relay_port,
            address: &relay_address,
            sector: &sector,
            root_jkt: &root_jkt,
        })?;
        let mut shop = checkout.program("node");
        shop.current_dir(checkout.root().join("examples/shop"));
        shop.args(["web/main.js", "--host", "shoes.localhost", "--relay", &relay_address]);
        shop.args(["--port", &public_shop_port.to_string(), "--listen", &shop_port.to_string()]);
        shop.arg("--keys").arg(folder.join("web")).arg("--db").arg(folder.join("web/shop.db"));
        let shop = ready("the shop", &mut shop, shop_port, folder, "shop.log")?;
        let mut packing = checkout.program("node");
        packing.current_dir(checkout.root().join("examples/shop"));
        packing.args(["packing/main.js", "--port", &packing_port.to_string()]);
        packing.args(["--shop", &format!("http://{sector}")]);
        packing.arg("--staff-token").arg(folder.join("web/staff-token"));
        packing.arg("--release-keys").arg(folder.join("packing/release-keys.jwks"));
        packing.arg("--door-key").arg(folder.join("packing/door-key"));
        let packing = ready("the packing table", &mut packing, packing_port, folder, "packing.log")?;

        let cast = Self {
            folder: folder.to_path_buf(),
            wallet_program: checkout.built("passerby"),
            relay,
            shop,
            packing,
            shop_port: public_shop_port,
            packing_port,
            recorders,
            relay_address,
            sector,
        };
        cast.fill_wallet()?;
        Ok(cast)
    }

    /// Ends the relay, and has another one take its part.
    pub fn exchange_relay(self, start: impl FnOnce() -> Result<Process>) -> Result<Self> {
        self.relay.end()?;
        Ok(Self { relay: start()?, ..self })
    }

    /// What the packing table lets people in with.
    pub fn packing_key(&self) -> Result<String> {
        let key =
            fs::read_to_string(self.folder.join("packing/door-key")).context("reading the packing key")?;
        Ok(key.trim().to_owned())
    }

    /// The packing table's page, with the key to it.
    pub fn packing_door(&self) -> Result<String> {
        Ok(format!("http://127.0.0.1:{}/door?key={}", self.packing_port, self.packing_key()?))
    }

    /// The wallet, ready for a verb.
    pub fn wallet(&self, arguments: &[&str]) -> Command {
        let mut wallet = Command::new(&self.wallet_program);
        wallet.arg("--json").arg("--vault").arg(self.folder.join("wallet/vault.db"));
        wallet.arg("--passphrase-file").arg(self.folder.join("passphrase"));
        wallet.args(["--log", "debug"]).args(arguments);
        wallet
    }

    fn fill_wallet(&self) -> Result<()> {
        let passphrase = self.folder.join("passphrase");
        fs::write(&passphrase, "four words nobody guesses\n").context("writing the passphrase")?;
        program::ask(&mut self.wallet(&["init"]))?;
        let file = self.folder.join("details.json");
        fs::write(&file, details().to_string()).context("writing the details")?;
        program::ask(&mut self.wallet(&["set", "--file", &file.to_string_lossy()]))?;
        // What follows is searched for these values: the vault alone may hold them now.
        fs::remove_file(&file).context("removing the details")
    }

    /// Ends the programs, or leaves them and says where they are. Gives the files that hold what the story left behind.
    pub fn leave(self, keep: bool) -> Result<Value> {
        let door = self.packing_door()?;
        let Self { folder, relay, shop, packing, recorders, relay_address, sector, .. } = self;
        let shown = folder.display();
        eprintln!("What it left behind: {shown}");
        if keep {
            eprintln!("the shop           http://{sector}");
            eprintln!("the packing table  {door}");
            eprintln!("the relay          {relay_address}");
            eprintln!(
                "the wallet         passerby --vault {shown}/wallet/vault.db --passphrase-file {shown}/passphrase"
            );
            let left = [packing, shop, relay].into_iter().filter_map(Process::keep);
            let left: Vec<String> = left.map(|id| id.to_string()).collect();
            eprintln!("to end them        kill {}", left.join(" "));
        } else {
            // Ended before the files are named: a database folds its journal in when it is closed.
            for program in [packing, shop, relay] {
                program.end()?;
            }
        }
        Ok(json!({
            "relay_db": folder.join("relay/relay.db"),
            "shop_db": folder.join("web/shop.db"),
            "logs": files_in(&folder.join("logs")),
            "wallet_files": files_in(&folder.join("wallet")),
            "traffic": recorders.iter().map(Recorder::file).collect::<Vec<_>>(),
        }))
    }
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).into_iter().flatten().flatten();
    listed.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn ready(name: &str, command: &mut Command, port: u16, folder: &Path, log: &str) -> Result<Process> {
    let mut process = Process::start(name, command, &folder.join("logs").join(log))?;
    process.wait_until_healthy(local(port), "/health", PATIENCE)?;
    Ok(process)
}

/// The shop's keys: the root stays in `shop`, the request key goes to `web`, the release keys to `packing`.
fn make_shop_keys(checkout: &Checkout, folder: &Path, sector: &str) -> Result<String> {
    let passphrase = folder.join("shop-passphrase");
    fs::write(&passphrase, "the shop's root key sleeps\n").context("writing the shop's passphrase")?;
    let mut init = checkout.program(checkout.built("passerby-shop"));
    init.args(["init", "--json", "--sector", sector, "--name", "Kovac Shoes"]);
    init.args(["--policy", &format!("http://{sector}/privacy"), "--retention-max", "60"]);
    init.args([
        "--claims",
        "name,address.street_address,address.postal_code,address.locality,address.country,phone_number,email",
    ]);
    init.arg("--dir").arg(folder.join("shop/keys")).arg("--passphrase-file").arg(&passphrase);
    let made = program::ask(&mut init)?;
    for (file, to) in [("request-key.jwk", "web"), ("statement.jwt", "web"), ("release-keys.jwks", "packing")]
    {
        let from = folder.join("shop/keys").join(file);
        fs::copy(&from, folder.join(to).join(file)).with_context(|| format!("handing {file} to {to}"))?;
    }
    Ok(made["root_jkt"].as_str().context("passerby-shop init named no root key")?.to_owned())
}

fn start_relay(checkout: &Checkout, folder: &Path, wanted: &RelayWanted<'_>) -> Result<Process> {
    let RelayWanted { port, address, sector, root_jkt } = *wanted;
    let program = checkout.built("passerby-relay");
    let config = folder.join("relay/relay.toml");
    let mut init = checkout.program(&program);
    init.args(["init", "--development", "--issuer", address, "--listen", &local(port).to_string()]);
    program::run(init.arg("--dir").arg(folder.join("relay")))?;
    let mut add = checkout.program(&program);
    program::run(add.args(["shop", "add", sector, "--root-jkt", root_jkt, "--config"]).arg(&config))?;
    let mut serve = checkout.program(&program);
    ready("the relay", serve.arg("serve").arg("--config").arg(&config), port, folder, "relay.log")
}
