//! What a Statement says, in words, and what changes from one to the next.

use std::fmt;

use passerby_protocol::verify::Statement;
use serde::Serialize;
use serde_json::Value;

use crate::date::write_date;
use crate::printable::to_printable;
use crate::statement_draft::find_release_key;

/// One thing a Statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about, such as `may ask for`.
    pub what: &'static str,
    /// What is said.
    pub value: String,
}

/// All a Statement says. Things that can be said several times, such as `request key`, come as several facts.
#[must_use]
pub fn facts_of(statement: &Statement) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut say = |what, value: String| facts.push(Fact { what, value });
    say("shop", statement.iss.to_string());
    say("number", statement.seq.to_string());
    say("valid from", write_date(statement.iat));
    say("valid until", write_date(statement.exp));
    say("calls itself", statement.name.clone());
    say("privacy policy", statement.policy_uri.clone());
    for claim in &statement.allowed_claims {
        say("may ask for", claim.to_string());
    }
    say("may keep it for", format!("{} days at most", statement.retention_max));
    for jkt in &statement.request_jkts {
        say("request key", jkt.to_string());
    }
    for jwk in &statement.release_keys {
        say("release key", name_release_key(jwk));
    }
    for jkt in &statement.revoked_jkts {
        say("key taken back", jkt.to_string());
    }
    for origin in &statement.return_origins {
        say("sends browsers to", origin.clone());
    }
    for origin in &statement.desk_origins {
        say("opens releases at", origin.clone());
    }
    if let Some(contact) = &statement.deletion_contact {
        say("deletion is asked at", contact.clone());
    }
    if let Some(contact) = &statement.authority_contact {
        say("authority", contact.clone());
    }
    if let Some(hash) = &statement.next_root_jkt_hash {
        say("announces the root", hash.clone());
    }
    facts
}

fn name_release_key(jwk: &Value) -> String {
    if let Some(key) = find_release_key(jwk) {
        return format!("{} ({})", key.jkt(), key.suite().name());
    }
    let member = |name| jwk.get(name).and_then(Value::as_str).unwrap_or("?");
    format!("{} ({}, not known to this program)", member("kid"), member("alg"))
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<21} {}", self.what, to_printable(&self.value))
    }
}

/// One difference between two Statements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is about.
    pub what: &'static str,
    /// What was said; nothing if it is new.
    pub before: Option<String>,
    /// What will be said; nothing if it is taken out.
    pub after: Option<String>,
}

/// What changes, in the order of [`facts_of`].
#[must_use]
pub fn find_changes(before: &Statement, after: &Statement) -> Vec<Change> {
    let (old, new) = (facts_of(before), facts_of(after));
    let mut subjects: Vec<&'static str> = Vec::new();
    for fact in new.iter().chain(&old) {
        if !subjects.contains(&fact.what) {
            subjects.push(fact.what);
        }
    }
    let only_in = |here: &[Fact], there: &[Fact], what| -> Vec<String> {
        here.iter()
            .filter(|fact| fact.what == what && !there.contains(fact))
            .map(|fact| fact.value.clone())
            .collect()
    };
    let mut changes = Vec::new();
    for what in subjects {
        match (only_in(&old, &new, what).as_slice(), only_in(&new, &old, what).as_slice()) {
            ([one], [other]) => {
                changes.push(Change { what, before: Some(one.clone()), after: Some(other.clone()) });
            }
            (gone, come) => {
                changes.extend(gone.iter().map(|value| Change {
                    what,
                    before: Some(value.clone()),
                    after: None,
                }));
                changes.extend(come.iter().map(|value| Change {
                    what,
                    before: None,
                    after: Some(value.clone()),
                }));
            }
        }
    }
    changes
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mark, value) = match (&self.before, &self.after) {
            (Some(before), Some(after)) => {
                ('~', format!("{} -> {}", to_printable(before), to_printable(after)))
            }
            (Some(gone), None) => ('-', to_printable(gone)),
            (None, Some(come)) => ('+', to_printable(come)),
            (None, None) => (' ', String::new()),
        };
        write!(f, "{mark} {:<21} {value}", self.what)
    }
}
