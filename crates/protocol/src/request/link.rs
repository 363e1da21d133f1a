//! The link or QR code that starts everything (OpenID4VP 1.0 section 5, by reference). Nothing in it is trusted.

use url::Url;

use crate::issuer::Issuer;
use crate::random_id::RequestId;
use crate::sector::{Sector, is_loopback_host};

/// The longest link read, in bytes.
pub(crate) const LONGEST: usize = 2_048;

/// Why a link is not a request (docs/protocol.md section 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkRefusal {
    /// Not a link of ours at all, or one with missing, repeated or unreadable parameters.
    #[error("this is not a shop's request: it should begin with passerby:// or openid4vp://")]
    Malformed,
    /// `client_id` is of a kind this revision does not know.
    #[error("the link does not say which shop is asking in a way this wallet can check")]
    ClientId,
    /// `request_uri` is not an address a request may be fetched from.
    #[error("the link does not lead to a relay server by https")]
    RequestUri,
}

impl LinkRefusal {
    /// The refusal as the protocol names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "link-malformed",
            Self::ClientId => "link-client-id",
            Self::RequestUri => "link-request-uri",
        }
    }
}

/// Where a request is parked: `<issuer>/r/<id>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestUri {
    issuer: Issuer,
    id: RequestId,
}

impl RequestUri {
    /// The address of a request at a relay.
    #[must_use]
    pub fn new(issuer: Issuer, id: RequestId) -> Self {
        Self { issuer, id }
    }

    /// Reads `<issuer>/r/<id>`, without query or fragment.
    pub fn parse(text: &str) -> Result<Self, LinkRefusal> {
        let address = Url::parse(text).map_err(|_| LinkRefusal::RequestUri)?;
        let issuer = Issuer::of(&address).map_err(|_| LinkRefusal::RequestUri)?;
        let id = address.path().strip_prefix("/r/").ok_or(LinkRefusal::RequestUri)?;
        let uri = Self { issuer, id: RequestId::parse(id).map_err(|_| LinkRefusal::RequestUri)? };
        if uri.to_text() == text { Ok(uri) } else { Err(LinkRefusal::RequestUri) }
    }

    /// The relay the request is parked at.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Which request.
    #[must_use]
    pub fn id(&self) -> &RequestId {
        &self.id
    }

    /// The address as written.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}/r/{}", self.issuer, self.id.as_str())
    }
}

/// A link that was read. It names a shop; it proves nothing about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLink {
    sector: Sector,
    request_uri: RequestUri,
}

impl RequestLink {
    /// A link to a parked request.
    #[must_use]
    pub fn new(sector: Sector, request_uri: RequestUri) -> Self {
        Self { sector, request_uri }
    }

    /// Reads an `openid4vp:` or `passerby:` link. Further parameters are ignored, repeated ones are not.
    pub fn parse(text: &str) -> Result<Self, LinkRefusal> {
        let parameters = Parameters::read(text, &["openid4vp", "passerby"])?;
        let sector = Sector::parse_client_id(&parameters.client_id).map_err(|_| LinkRefusal::ClientId)?;
        Ok(Self { sector, request_uri: RequestUri::parse(&parameters.request_uri)? })
    }

    /// The sector the link *claims*: nothing is proven.
    #[must_use]
    pub fn claimed_sector(&self) -> &Sector {
        &self.sector
    }

    /// Where the request is parked.
    #[must_use]
    pub fn request_uri(&self) -> &RequestUri {
        &self.request_uri
    }

    /// The link as text, under the given scheme (`passerby` or `openid4vp`).
    #[must_use]
    pub fn to_text(&self, scheme: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.sector.client_id())
            .append_pair("request_uri", &self.request_uri.to_text())
            .finish();
        format!("{scheme}://?{query}")
    }
}

/// What stands in a link, as it stands there.
pub(crate) struct Parameters {
    pub(crate) client_id: String,
    pub(crate) request_uri: String,
    pub(crate) request_uri_method: Option<String>,
}

impl Parameters {
    /// Reads a link under one of `schemes`: nothing before the query, no parameter twice.
    pub(crate) fn read(text: &str, schemes: &[&str]) -> Result<Self, LinkRefusal> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(LinkRefusal::Malformed);
        }
        let link = Url::parse(text).map_err(|_| LinkRefusal::Malformed)?;
        let nothing_else = matches!(link.path(), "" | "/") && link.host_str().unwrap_or_default().is_empty();
        if !schemes.contains(&link.scheme()) || !nothing_else || link.fragment().is_some() {
            return Err(LinkRefusal::Malformed);
        }
        let (mut client_id, mut request_uri, mut request_uri_method) = (None, None, None);
        let mut seen = Vec::new();
        for (name, value) in link.query_pairs() {
            if seen.contains(&name) {
                return Err(LinkRefusal::Malformed);
            }
            match name.as_ref() {
                "client_id" => client_id = Some(value.into_owned()),
                "request_uri" => request_uri = Some(value.into_owned()),
                "request_uri_method" => request_uri_method = Some(value.into_owned()),
                _ => {}
            }
            seen.push(name);
        }
        let (client_id, request_uri) = client_id.zip(request_uri).ok_or(LinkRefusal::Malformed)?;
        Ok(Self { client_id, request_uri, request_uri_method })
    }
}

/// Whether an address is `https`, or `http` on this computer, without a user name, a password or a fragment.
pub(crate) fn is_address(address: &Url) -> bool {
    let scheme = match address.scheme() {
        "https" => address.host_str().is_some(),
        "http" => address.host_str().is_some_and(is_loopback_host),
        _ => false,
    };
    scheme && address.username().is_empty() && address.password().is_none() && address.fragment().is_none()
}
