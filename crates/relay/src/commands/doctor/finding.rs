//! What was found, one line each.

use serde_json::json;

use crate::shop::unreachable::Trouble;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Ok,
    /// It works, and the admin should know.
    Look,
    Mend,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Look => "look",
            Self::Mend => "mend",
        }
    }
}

/// One finding.
#[derive(Debug, Clone)]
pub struct Finding {
    pub about: String,
    pub verdict: Verdict,
    pub what: String,
    /// One sentence; empty when all is well.
    pub mend: String,
}

impl Finding {
    pub fn ok(about: impl Into<String>, what: impl Into<String>) -> Self {
        Self { about: about.into(), verdict: Verdict::Ok, what: what.into(), mend: String::new() }
    }

    pub fn look(about: impl Into<String>, trouble: Trouble) -> Self {
        Self { about: about.into(), verdict: Verdict::Look, what: trouble.what, mend: trouble.mend }
    }

    pub fn mend(about: impl Into<String>, trouble: Trouble) -> Self {
        Self { about: about.into(), verdict: Verdict::Mend, what: trouble.what, mend: trouble.mend }
    }

    pub fn print(&self) {
        println!("{:<5} {}: {}", self.verdict.word(), self.about, self.what);
        if !self.mend.is_empty() {
            println!("      {}", self.mend);
        }
    }

    pub fn to_json(&self) -> serde_json::Value {
        let mend = (!self.mend.is_empty()).then_some(&self.mend);
        json!({ "about": self.about, "verdict": self.verdict.word(), "what": self.what, "mend": mend })
    }
}
