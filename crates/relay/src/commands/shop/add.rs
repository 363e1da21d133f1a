//! `passerby-relay shop add`: a shop at the admin's word, or a token for it to show.

use std::path::Path;

use anyhow::anyhow;
use passerby_protocol::keys::Jkt;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Clock as _;
use passerby_relay_api::well_known::challenge_address;
use passerby_relay_store::{CHALLENGE_LIFE, Challenge, RelayStore};
use rand::rngs::SysRng;
use rand_core::UnwrapErr;

use super::{Failure, failed};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::shop::challenge::{find_record_name, line, make_token};

/// An admin at the store of a relay.
pub(super) struct Admin<'a> {
    pub store: &'a dyn RelayStore,
    pub config: &'a Config,
    /// Where the configuration was read, for commands that can be copied.
    pub file: &'a Path,
}

impl Admin<'_> {
    /// Adds a shop whose root key the admin knows from the shop itself.
    pub async fn vouch(&self, sector: &Sector, root_jkt: &Jkt) -> Result<(), Failure> {
        self.require_servable(sector)?;
        let now = SystemClock.now().seconds();
        if self.store.add_shop(sector.as_str(), root_jkt.as_str(), now).await.map_err(failed)? {
            println!("added {sector}");
            return Ok(());
        }
        let known = self.store.find_shop(sector.as_str()).await.map_err(failed)?;
        if known.is_some_and(|shop| shop.root_jkt == root_jkt.as_str()) {
            println!("{sector} is there already, with this root key");
            return Ok(());
        }
        Err(anyhow!("{sector} is there already, with another root key; to replace it, remove the shop first")
            .into())
    }

    /// Gives a host its token; when one is out already, looks for it.
    pub async fn challenge(&self, sector: &Sector, new_token: bool) -> Result<(), Failure> {
        self.require_servable(sector)?;
        if self.store.find_shop(sector.as_str()).await.map_err(failed)?.is_some() {
            println!("{sector} is a shop of this relay already");
            return Ok(());
        }
        if !new_token && self.find_challenge(sector).await?.is_some() {
            return self.check(sector, None).await;
        }
        let token = make_token(&mut UnwrapErr(SysRng));
        let now = SystemClock.now().seconds();
        let challenge = Challenge { sector: sector.as_str().to_owned(), token, made_at: now };
        self.store.keep_challenge(&challenge).await.map_err(failed)?;
        println!("{sector} shows that it is whose it says it is by one of these two. Send them to the shop:");
        println!();
        self.show_places(sector, &challenge.token);
        println!(
            "It is good for {} days, for this shop and this relay, once. When it stands:",
            CHALLENGE_LIFE / 86_400
        );
        println!("  passerby-relay shop check {sector} --config {}", self.file.display());
        Ok(())
    }

    /// What has to stand where.
    pub fn show_places(&self, sector: &Sector, token: &str) {
        let line = line(&self.config.identity.issuer, token);
        println!("  a file at   {}", challenge_address(sector));
        println!("  that says   {line}");
        if let Some(name) = find_record_name(sector) {
            println!();
            println!("  or a TXT    {name}");
            println!("  that says   {line}");
        }
        println!();
    }

    /// The challenge that is out for a host, unless its time is over.
    pub async fn find_challenge(&self, sector: &Sector) -> Result<Option<Challenge>, Failure> {
        let now = SystemClock.now().seconds();
        let found = self.store.find_challenge(sector.as_str()).await.map_err(failed)?;
        Ok(found.filter(|challenge| now < challenge.made_at.saturating_add(CHALLENGE_LIFE)))
    }

    fn require_servable(&self, sector: &Sector) -> Result<(), Failure> {
        if sector.is_development() && !self.config.identity.development {
            return Err(anyhow!(
                "{sector} stands for this computer: only a relay in development mode serves it"
            )
            .into());
        }
        Ok(())
    }
}
