//! What is usual to ask for: a table on this device, so that a shop's own list is not the only measure.
//!
//! The wire names no kind of request. It is told by what is asked: whoever asks for an address or a pickup point delivers,
//! whoever asks for a company or its VAT number without one writes an invoice, and everybody else signs people in.
//!
//! Never in here: a word that something unusual is wrong. The person is told, and decides.

use passerby_protocol::claim::ClaimName;

use super::RequestView;

/// What a request seems to be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    /// Something is brought to the person.
    Delivery,
    /// A bill is written.
    Invoice,
    /// Nothing of the kind.
    SignIn,
}

/// What tells an invoice: the customer is a firm.
pub(super) const FIRM: [&str; 5] = ["company", "company_name", "organization", "vat_number", "vat_id"];

impl RequestKind {
    /// What these details are asked for.
    pub fn of<'a>(mut asked: impl Iterator<Item = &'a ClaimName> + Clone) -> Self {
        if asked.clone().any(is_place) {
            Self::Delivery
        } else if asked.any(|claim| FIRM.contains(&claim.as_str())) {
            Self::Invoice
        } else {
            Self::SignIn
        }
    }

    /// What is usual for it, as it is listed to people: `address` with all its members, `name` with its parts.
    #[must_use]
    pub const fn usual(self) -> &'static [&'static str] {
        match self {
            Self::Delivery => &["name", "address", "phone_number", "email"],
            Self::Invoice => &["name", "address", "phone_number", "email", "company", "vat_number"],
            Self::SignIn => &["email"],
        }
    }

    /// Whether it is usual to ask for this.
    #[must_use]
    pub fn is_usual(self, claim: &ClaimName) -> bool {
        let name = claim.as_str();
        let listed = |as_listed: &str| self.usual().contains(&as_listed);
        listed(name)
            || (is_place(claim) && listed("address"))
            || (is_part_of_name(claim) && listed("name"))
            || (FIRM.contains(&name) && listed("company"))
    }

    /// For machines.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::Invoice => "invoice",
            Self::SignIn => "sign-in",
        }
    }
}

impl RequestView {
    /// What is asked for beyond what is usual for such a request.
    pub fn unusual(&self) -> impl Iterator<Item = &ClaimName> {
        let kind = self.kind();
        self.asked().map(|detail| &detail.claim).filter(move |claim| !kind.is_usual(claim))
    }
}

/// Whether a detail says where something is brought to.
pub(super) fn is_place(claim: &ClaimName) -> bool {
    claim.find_address_member().is_some() || claim.as_str().starts_with("pickup")
}

/// Whether a detail says what somebody is called on a parcel.
pub(super) fn is_part_of_name(claim: &ClaimName) -> bool {
    matches!(claim.as_str(), "name" | "given_name" | "middle_name" | "family_name")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(asked: &[&str]) -> (RequestKind, Vec<String>) {
        let asked: Vec<_> = asked.iter().map(|name| ClaimName::parse(name).unwrap()).collect();
        let kind = RequestKind::of(asked.iter());
        let unusual = asked.iter().filter(|claim| !kind.is_usual(claim)).map(ToString::to_string);
        (kind, unusual.collect())
    }

    #[test]
    fn what_is_asked_tells_what_for_and_what_is_too_much() {
        let delivery = ["given_name", "family_name", "address.postal_code", "phone_number", "email"];
        assert_eq!(told(&delivery), (RequestKind::Delivery, Vec::new()));
        assert_eq!(told(&["name", "pickup_point", "email"]), (RequestKind::Delivery, Vec::new()));
        let curious = ["name", "address.country", "birthdate", "gender"];
        assert_eq!(told(&curious).1, ["birthdate", "gender"]);
        assert_eq!(
            told(&["address.country", "vat_number"]),
            (RequestKind::Delivery, vec!["vat_number".into()])
        );
        assert_eq!(told(&["company_name", "vat_id", "email"]), (RequestKind::Invoice, Vec::new()));
        assert_eq!(told(&["email"]), (RequestKind::SignIn, Vec::new()));
        assert_eq!(told(&["email", "name"]), (RequestKind::SignIn, vec!["name".into()]));
        assert_eq!(told(&[]), (RequestKind::SignIn, Vec::new()));
    }
}
