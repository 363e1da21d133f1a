//! Links of foreign verifiers, and the choice between the two kinds of links. Nothing in either is trusted.

use url::Url;

use crate::request::{LONGEST, LinkRefusal, Parameters, RequestLink, is_address};
use crate::sector::{Sector, is_loopback_host};
use crate::wire::b64u;

const SCHEMES: [&str; 3] = ["openid4vp", "haip-vp", "passerby"];

/// A link of either kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// To a shop's request at a relay (docs/protocol.md section 5.1).
    Shop(RequestLink),
    /// To the request of a foreign verifier (section 13.1).
    Foreign(ForeignLink),
}

impl Link {
    /// Reads a link; its `client_id` says which kind it is.
    pub fn parse(text: &str) -> Result<Self, LinkRefusal> {
        let parameters = Parameters::read(text, &SCHEMES)?;
        if parameters.client_id.starts_with("x509_") {
            ForeignLink::of(&parameters).map(Self::Foreign)
        } else {
            RequestLink::parse(text).map(Self::Shop)
        }
    }
}

/// How a foreign verifier calls itself (OpenID4VP 1.0 section 5.9.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForeignClientId {
    /// `x509_san_dns:<name>`: a name that its certificate has.
    SanDns(String),
    /// `x509_hash:<hash>`: the SHA-256 of its certificate, base64url.
    Hash(String),
}

impl ForeignClientId {
    /// Reads a `client_id`; every other kind is refused.
    pub fn parse(text: &str) -> Result<Self, LinkRefusal> {
        if let Some(name) = text.strip_prefix("x509_san_dns:") {
            let numeric = name.starts_with('[') || name == "127.0.0.1";
            let public = Sector::parse(name).is_ok_and(|sector| !sector.is_development());
            let known = public || (is_loopback_host(name) && !numeric);
            return if known { Ok(Self::SanDns(name.to_owned())) } else { Err(LinkRefusal::ClientId) };
        }
        let hash = text.strip_prefix("x509_hash:").ok_or(LinkRefusal::ClientId)?;
        match b64u::decode(hash) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self::Hash(hash.to_owned())),
            _ => Err(LinkRefusal::ClientId),
        }
    }

    /// The `client_id`, whole: the audience of what is presented.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::SanDns(name) => format!("x509_san_dns:{name}"),
            Self::Hash(hash) => format!("x509_hash:{hash}"),
        }
    }
}

/// How the request object is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchMethod {
    /// As it lies there.
    Get,
    /// With a number of the wallet's, which the verifier must sign (OpenID4VP 1.0 section 5.10).
    Post,
}

/// A link that was read. It names a verifier; it proves nothing about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignLink {
    client_id: ForeignClientId,
    request_uri: Url,
    method: FetchMethod,
}

impl ForeignLink {
    /// Reads a link of a foreign verifier; a shop's is refused.
    pub fn parse(text: &str) -> Result<Self, LinkRefusal> {
        Self::of(&Parameters::read(text, &SCHEMES)?)
    }

    fn of(parameters: &Parameters) -> Result<Self, LinkRefusal> {
        let client_id = ForeignClientId::parse(&parameters.client_id)?;
        let method = match parameters.request_uri_method.as_deref() {
            None | Some("get") => FetchMethod::Get,
            Some("post") => FetchMethod::Post,
            Some(_) => return Err(LinkRefusal::Malformed),
        };
        let request_uri = Url::parse(&parameters.request_uri).ok().filter(is_address);
        let link = Self { client_id, request_uri: request_uri.ok_or(LinkRefusal::RequestUri)?, method };
        // An address grows when what may not stand in one is encoded, and a link that is kept must be readable again.
        let kept = SCHEMES.iter().all(|scheme| link.to_text(scheme).len() <= LONGEST);
        if kept { Ok(link) } else { Err(LinkRefusal::Malformed) }
    }

    /// How the verifier calls itself.
    #[must_use]
    pub fn client_id(&self) -> &ForeignClientId {
        &self.client_id
    }

    /// Where the request object is.
    #[must_use]
    pub fn request_uri(&self) -> &Url {
        &self.request_uri
    }

    /// How it is fetched.
    #[must_use]
    pub fn method(&self) -> FetchMethod {
        self.method
    }

    /// The host the request is fetched from, to be shown while nothing else is known.
    #[must_use]
    pub fn fetched_from(&self) -> &str {
        self.request_uri.host_str().unwrap_or_default()
    }

    /// The link as text, under the given scheme.
    #[must_use]
    pub fn to_text(&self, scheme: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("client_id", &self.client_id.to_text());
        query.append_pair("request_uri", self.request_uri.as_str());
        if self.method == FetchMethod::Post {
            query.append_pair("request_uri_method", "post");
        }
        format!("{scheme}://?{}", query.finish())
    }
}
