//! The database, whichever it is: whether it can be reached, how far its tables are, and the shops in it.

use std::path::Path;

use passerby_relay_store::{Schema, Shop, StoreError};

use super::finding::Finding;
use crate::commands::migrate::open_store;
use crate::config::{Config, StorePlace};
use crate::private_file::Readers;
use crate::shop::unreachable::Trouble;

const ABOUT: &str = "database";

/// The database, and the shops in it when it can be read.
pub async fn look(config: &Config) -> (Vec<Finding>, Vec<Shop>) {
    let place = match config.store.find_place() {
        Ok(place) => place,
        Err(error) => {
            let trouble = Trouble::new(error.to_string(), "Mend the section [store] of the configuration.");
            return (vec![Finding::mend(ABOUT, trouble)], Vec::new());
        }
    };
    let mut findings = Vec::new();
    if let StorePlace::File(path) = &place {
        if !path.is_file() {
            let trouble = Trouble::new(
                format!("{place} is not there"),
                "If it was lost, put back your copy; a new one is made by `passerby-relay migrate`, and knows no shop.",
            );
            return (vec![Finding::mend(ABOUT, trouble)], Vec::new());
        }
        findings.extend(look_at_readers(path));
    }
    match find_schema(&place).await {
        Err(error) => findings.push(Finding::mend(ABOUT, say_unreadable(&place, &error))),
        Ok(Schema::Newer) => findings.push(Finding::mend(
            ABOUT,
            Trouble::new(
                format!("{place} was used by a newer program"),
                "Run the newer program, or put back the copy from before its first start.",
            ),
        )),
        Ok(Schema::Behind(many)) => {
            let what =
                format!("{place} opens, and {many} migrations are to be run; its shops were not looked at");
            let mend = "Make a copy, then run `passerby-relay migrate`; `serve` does it too.";
            findings.push(Finding::look(ABOUT, Trouble::new(what, mend)));
        }
        Ok(Schema::Current) => match list_shops(config).await {
            Ok(shops) => {
                let what = format!("{place} opens and is up to date; {} shops", shops.len());
                findings.push(Finding::ok(ABOUT, what));
                return (findings, shops);
            }
            Err(cause) => {
                let what = format!("{place} cannot be used ({cause})");
                findings
                    .push(Finding::mend(ABOUT, Trouble::new(what, "If it is damaged, put back your copy.")));
            }
        },
    }
    (findings, Vec::new())
}

async fn find_schema(place: &StorePlace) -> Result<Schema, StoreError> {
    match place {
        StorePlace::File(path) => passerby_relay_store_sqlite::find_schema(path).await,
        StorePlace::Postgres(address) => passerby_relay_store_postgres::find_schema(address).await,
    }
}

fn say_unreadable(place: &StorePlace, error: &StoreError) -> Trouble {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    match place {
        StorePlace::File(_) => Trouble::new(
            format!("{place} cannot be read ({cause})"),
            "See whose file it is; if it is damaged, put back your copy.",
        ),
        StorePlace::Postgres(_) => Trouble::new(
            format!("{place} cannot be reached ({cause})"),
            "See that PostgreSQL runs there, and that this user may use this database: psql with the same address says more.",
        ),
    }
}

async fn list_shops(config: &Config) -> Result<Vec<Shop>, String> {
    let store = open_store(config).await.map_err(|failure| failure.to_string())?;
    let shops = store.list_shops().await;
    store.close().await;
    shops.map_err(|error| error.to_string())
}

fn look_at_readers(path: &Path) -> Option<Finding> {
    (Readers::of(path).ok()? > Readers::Owner).then(|| {
        let what = format!("{} can be read by others of this computer", path.display());
        Finding::mend("database", Trouble::new(what, format!("Run: chmod 600 {}*", path.display())))
    })
}
