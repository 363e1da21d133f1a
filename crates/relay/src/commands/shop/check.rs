//! `passerby-relay shop check`: does the host show its token, and is its root key the one that the shop told the admin?

use anyhow::{Context as _, anyhow};
use passerby_protocol::keys::Jkt;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::{Clock as _, Timestamp};
use passerby_protocol::verify::ParsedStatement;
use passerby_relay_api::{Connection, well_known};
use passerby_relay_store::{KeptStatement, Met, Proof, ProvenShop};

use super::add::Admin;
use super::{Failure, failed};
use crate::clock::SystemClock;
use crate::commands::question;
use crate::shop::challenge::Shown;
use crate::shop::look::{Looked, look};
use crate::shop::name_servers::NameServers;
use crate::shop::review::{claim_texts, describe};
use crate::shop::unreachable::Trouble;

impl Admin<'_> {
    /// Looks, shows, asks, records.
    pub async fn check(&self, sector: &Sector, told: Option<&Jkt>) -> Result<(), Failure> {
        if self.store.find_shop(sector.as_str()).await.map_err(failed)?.is_some() {
            println!("{sector} is a shop of this relay already");
            return Ok(());
        }
        let Some(challenge) = self.find_challenge(sector).await? else {
            return Err(
                anyhow!("no token is out for {sector}; make one: passerby-relay shop add {sector}").into()
            );
        };
        let connection = Connection::open().context("tried to look at the shop")?;
        let name_servers = NameServers::new(&self.config.shops.name_servers);
        let issuer = &self.config.identity.issuer;
        let looked = look(sector, issuer, &challenge.token, &connection, name_servers).await;
        let Some(proof) = looked.find_proof() else {
            println!("{sector} does not show its token yet.");
            println!("  the file: {}", say_of_file(&looked));
            println!("  the TXT record: {}", say_of_dns(&looked));
            println!();
            self.show_places(sector, &challenge.token);
            return Err(anyhow!("{sector} is not proven").into());
        };
        println!("{sector} shows its token {}.", where_it_was(proof));

        let now = SystemClock.now();
        let (compact, parsed) = fetch_statement(&connection, sector, now).await?;
        println!("Its Statement, at {}:", sector.statement_address());
        print!("{}", describe(&parsed, self.config.shops.retention_days, now));
        println!();
        compare(sector, &parsed.root_jkt(), told)?;

        let seq = i64::try_from(parsed.statement().seq).context("tried to read the Statement's number")?;
        let root_jkt = parsed.root_jkt().as_str().to_owned();
        let proven = ProvenShop {
            sector: sector.as_str().to_owned(),
            token: challenge.token,
            proof,
            allowed_claims: claim_texts(&parsed.statement().allowed_claims),
            statement: KeptStatement { compact, seq, root_jkt },
            added_at: now.seconds(),
        };
        match self.store.meet_challenge(&proven).await.map_err(failed)? {
            Met::Added => println!("added {sector}; the token has done its work and can be taken away"),
            Met::AlreadyThere => println!("{sector} is a shop of this relay already"),
            _ => {
                return Err(anyhow!(
                    "somebody made another token for {sector} meanwhile; nothing was recorded"
                )
                .into());
            }
        }
        Ok(())
    }
}

fn where_it_was(proof: Proof) -> &'static str {
    match proof {
        Proof::File => "in its file",
        Proof::Dns => "in its TXT record",
    }
}

fn say_of_file(looked: &Looked) -> String {
    match &looked.file {
        Err(error) => Trouble::of(error).to_string(),
        Ok(Shown::OtherToken) => {
            "it shows another token of this relay, perhaps an older one; replace the line".into()
        }
        Ok(Shown::Foreign) => {
            "it is there, and no line of it is the one that is asked for; copy the line as it stands below"
                .into()
        }
        Ok(_) => Trouble::of(&passerby_relay_api::RelayError::Foreign { status: 404 }).to_string(),
    }
}

fn say_of_dns(looked: &Looked) -> String {
    match &looked.dns {
        Err(error) => {
            let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            format!("{error} ({cause}); see [shops] name_servers in the configuration, or /etc/resolv.conf")
        }
        Ok(Shown::OtherToken) => "it shows another token of this relay; replace it, and wait until the old one is forgotten (its TTL)".into(),
        Ok(Shown::Foreign) => "it is there, and does not say what is asked for; copy the line as it stands below".into(),
        Ok(_) => "it is not there; a new one may take some minutes until every name server has it".into(),
    }
}

async fn fetch_statement(
    connection: &Connection,
    sector: &Sector,
    now: Timestamp,
) -> Result<(String, ParsedStatement), Failure> {
    let address = sector.statement_address();
    let compact = well_known::fetch_statement(connection, sector).await.map_err(|error| {
        let trouble = Trouble::of(&error);
        anyhow!("its Statement could not be fetched from {address}: {trouble}. Nothing was recorded")
    })?;
    let parsed = ParsedStatement::parse(&compact, sector, now).map_err(|refused| {
        anyhow!(
            "what stands at {address} does not hold as a Statement ({}): the shop has to place the file that `passerby-shop` wrote last. Nothing was recorded",
            refused.word()
        )
    })?;
    Ok((compact, parsed))
}

/// Whoever may write to the web site can place a token and a Statement both: only another way can tell whose key it is.
fn compare(sector: &Sector, root_jkt: &Jkt, told: Option<&Jkt>) -> Result<(), Failure> {
    let agreed = match told {
        Some(told) if told == root_jkt => true,
        Some(_) => {
            return Err(anyhow!(
                "this is not the root key that you were told: either a slip in --root-jkt, or somebody else has placed this Statement. Nothing was recorded; ask the shop"
            )
            .into());
        }
        None if !question::can_ask() => {
            return Err(anyhow!(
                "nobody has compared the root key: ask {sector} for its thumbprint by telephone or letter, and say it with --root-jkt. Nothing was recorded"
            )
            .into());
        }
        None => question::confirm(
            "Compare the root key with what the shop told you by telephone or letter. Is it the same, letter for letter?",
        )?,
    };
    if agreed { Ok(()) } else { Err(anyhow!("nothing was recorded").into()) }
}
