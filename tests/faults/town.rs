//! What stays over all runs: the issuer's name and key, the shops, the persons, a database server.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::RelayKeys;
use passerby_testkit::rng;
use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::database::Database;
use crate::gate::Gate;
use crate::person::Person;
use crate::private::{is_private, run};
use crate::relay;
use crate::shop::Shop;

pub struct Town {
    pub gate: Arc<Gate>,
    /// The relays' configuration and key.
    pub template: TempDir,
    pub shops: Vec<Arc<Shop>>,
    pub persons: Vec<Arc<Person>>,
    /// As the relays publish them; read when the first one is up.
    pub relay_keys: Mutex<Option<RelayKeys>>,
    /// Lent to the run that needs it.
    pub database: Option<Database>,
    vaults: TempDir,
    /// How often the persons were made.
    generation: u64,
}

impl Town {
    pub async fn build(persons: usize, shops: usize) -> Self {
        let gate = Gate::open().await;
        let issuer = Issuer::parse(&format!("http://{}", gate.address)).unwrap();
        let template = tempfile::tempdir().unwrap();
        let mut init = Command::new(relay::program());
        init.args(["init", "--development", "--listen", &gate.address.to_string()]);
        let output = init.current_dir(template.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let mut rng = rng::seeded(u64::from(gate.address.port()));
        let mut open = Vec::new();
        for number in 0..shops {
            open.push(Arc::new(Shop::open(number, issuer.clone(), &mut rng).await));
        }
        let vaults = tempfile::tempdir().unwrap();
        if is_private() {
            // What a vault promises about a disk is tested elsewhere; here it only has to be quick.
            let place = vaults.path().to_str().unwrap();
            run("mount", &["-t", "tmpfs", "-o", "size=512m", "passerby-vaults", place]).unwrap();
        }
        let mut town = Self {
            gate,
            template,
            shops: open,
            persons: Vec::new(),
            relay_keys: Mutex::default(),
            database: None,
            vaults,
            generation: 0,
        };
        town.move_in(persons).await;
        town
    }

    /// Other persons, as many as there were: vaults grow from run to run.
    pub async fn renew_persons(&mut self) {
        let count = self.persons.len();
        self.persons.clear();
        self.move_in(count).await;
    }

    async fn move_in(&mut self, count: usize) {
        self.generation += 1;
        let folder: PathBuf = self.vaults.path().join(self.generation.to_string());
        std::fs::create_dir(&folder).unwrap();
        let former = self.vaults.path().join((self.generation - 1).to_string());
        drop(std::fs::remove_dir_all(former));
        let mut making = JoinSet::new();
        for number in 0..count {
            if making.len() == 4 {
                self.persons.push(Arc::new(making.join_next().await.unwrap().unwrap()));
            }
            let folder = folder.clone();
            let seed = u64::from(self.gate.address.port()) << 32 | self.generation << 16 | number as u64;
            making.spawn(async move { Person::make(number, &folder, &mut rng::seeded(seed)).await });
        }
        while let Some(person) = making.join_next().await {
            self.persons.push(Arc::new(person.unwrap()));
        }
        self.persons.sort_by_key(|person| person.number);
    }

    /// The relays' keys.
    pub async fn relay_keys(&self) -> RelayKeys {
        self.relay_keys.lock().await.clone().unwrap()
    }
}
