//! `passerby-relay keys ..`: the keys that this relay signs with, and those that releases lie under.

use std::sync::Arc;

use anyhow::{Context as _, anyhow, ensure};
use passerby_protocol::keys::SigningKey;
use passerby_protocol::time::{Clock as _, DAY};
use rand::rngs::SysRng;
use rand_core::UnwrapErr;

use super::migrate::open_store;
use super::{Failure, key_file};
use crate::HeldKey;
use crate::cli::KeysCommand;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::period::{ReleaseKeys, look};
use crate::state::{Now, Randomness};

/// Runs one of them.
pub async fn run(command: KeysCommand) -> Result<(), Failure> {
    let config = Config::read(&command.config().config).map_err(Failure::config)?;
    match command {
        KeysCommand::List { .. } => list(&config).await,
        KeysCommand::Rotate { stolen: false, after_hours, .. } => Ok(rotate(&config, after_hours)?),
        KeysCommand::Rotate { stolen: true, yes, .. } => Ok(replace_stolen(&config, yes)?),
        KeysCommand::Retire { .. } => Ok(retire(&config)?),
        KeysCommand::RenewPeriod { .. } => renew_period(&config).await,
    }
}

/// For how many seconds after its last signature a key stays published: passports live for 90 days, attestations for 7, and a day for clocks.
const PUBLISHED_AFTER: i64 = 91 * DAY;

/// What a relay that serves has to be told.
const RELOAD: &str = "A relay that serves takes it at SIGHUP (systemctl reload passerby-relay) or when it is started anew. Copy the key file to the other relays on the same database, and keep a copy in a safe place.";

fn rotate(config: &Config, after_hours: u32) -> anyhow::Result<()> {
    let (path, now) = (&config.identity.key, SystemClock.now().seconds());
    let mut held = key_file::read(path)?;
    ensure!(
        held.iter().all(|held| held.signs_from <= now),
        "a next key is published already and does not sign yet; see `passerby-relay keys list`"
    );
    let signs_from = now.saturating_add(i64::from(after_hours) * 3600);
    for old in held.iter_mut().filter(|held| held.published_until.is_none()) {
        old.published_until = Some(signs_from.saturating_add(PUBLISHED_AFTER));
    }
    let key = SigningKey::make(&mut UnwrapErr(SysRng));
    println!("A new key is made: {}", key.public().jkt());
    held.push(HeldKey { key, signs_from, published_until: None });
    key_file::replace(path, &held)?;
    println!(
        "It is published from now on, and signs in {after_hours} hours. The key before it stays published for 91 days after that."
    );
    println!("{RELOAD}");
    Ok(())
}

/// What a stolen key signed is worth nothing from the moment when the list is without it.
fn replace_stolen(config: &Config, yes: bool) -> anyhow::Result<()> {
    let broken = "\
- Shops get attestations anew; until their servers were started again, or for three and a half days at most, wallets refuse their requests.
- Requests that wallets have fetched in the last half hour are refused when they are answered; people click again.
- What people hold of the relay's receipts, and passports in orders that were not collected yet, can no longer be checked against the list.
- Grants and releases stay, and open as before.";
    if !yes {
        return Err(anyhow!(
            "this puts a new key in the place of all others at once:\n{broken}\nAdd --yes to do so"
        ));
    }
    let path = &config.identity.key;
    let old = key_file::read(path)?.len();
    let key = SigningKey::make(&mut UnwrapErr(SysRng));
    println!("A new key is made, and signs from now on: {}", key.public().jkt());
    key_file::replace(path, &[HeldKey { key, signs_from: 0, published_until: None }])?;
    println!("Keys that were destroyed here: {old}. What that breaks:\n{broken}");
    println!("Until the relay reads it, the stolen key is published. {RELOAD}");
    Ok(())
}

fn retire(config: &Config) -> anyhow::Result<()> {
    let (path, now) = (&config.identity.key, SystemClock.now().seconds());
    let held = key_file::read(path)?;
    let (over, staying): (Vec<_>, Vec<_>) =
        held.into_iter().partition(|held| held.published_until.is_some_and(|until| until <= now));
    if over.is_empty() {
        println!("Every key is still needed; see `passerby-relay keys list`");
        return Ok(());
    }
    key_file::replace(path, &staying)?;
    for held in over {
        println!("destroyed {}", held.key.public().jkt());
    }
    Ok(())
}

fn list_signing(config: &Config) -> anyhow::Result<()> {
    let now = SystemClock.now().seconds();
    let mut held = key_file::read(&config.identity.key)?;
    held.sort_by_key(|held| held.signs_from);
    let signing = held.iter().rposition(|held| held.signs_from <= now);
    for (place, held) in held.iter().enumerate() {
        let what = match held.published_until {
            Some(until) if until <= now => {
                "nobody needs it any more: run `passerby-relay keys retire`".to_owned()
            }
            _ if held.signs_from > now => {
                format!("signs in {} minutes", (held.signs_from - now + 59).div_euclid(60))
            }
            _ if Some(place) == signing => "signs".to_owned(),
            Some(until) => format!("is published for {} days more", (until - now + DAY - 1).div_euclid(DAY)),
            None => "is published".to_owned(),
        };
        println!("signing key {}  {what}", held.key.public().jkt());
    }
    Ok(())
}

async fn list(config: &Config) -> Result<(), Failure> {
    list_signing(config)?;
    let store = open_store(config).await?;
    let folder = config.keys_folder();
    let found = look(&*store, &folder).await;
    let periods = store.list_periods().await;
    store.close().await;
    let (found, periods) =
        (found.context("looking at the keys")?, periods.context("looking at the periods")?);
    let now = SystemClock.now().seconds();
    for period in &periods {
        let days = now.saturating_sub(period.begun_at).div_euclid(DAY);
        let there =
            if found.missing.contains(&period.number) { "its key is not there" } else { "its key is there" };
        println!("period {}  begun {days} days ago, {there}", period.number);
    }
    println!(
        "{} releases open, {} do not; the keys are in {}",
        found.open,
        found.lost,
        folder.path().display()
    );
    Ok(())
}

async fn renew_period(config: &Config) -> Result<(), Failure> {
    let store = open_store(config).await?;
    let (now, randomness) = (Now::by(Arc::new(SystemClock)), Randomness::by(UnwrapErr(SysRng)));
    let releases = ReleaseKeys::new(Arc::clone(&store), config.keys_folder(), now, randomness)
        .with_days(config.keys.period_days.get(), config.keys.keep_days);
    let begun = releases.begin().await;
    let turned = releases.turn(u32::MAX).await;
    store.close().await;
    println!("period {} has begun", begun.context("beginning a period")?.number);
    let turned = turned.context("putting releases under it")?;
    println!("{} releases were put under it, {} do not open", turned.sealed + turned.rewrapped, turned.left);
    println!("The keys of periods before are destroyed {} days from now.", config.keys.keep_days);
    Ok(())
}
