//! Why the request of a foreign verifier was refused.

use crate::request::QueryRefusal;
use crate::wire::jws::JwsError;

/// Why a request was refused (docs/protocol.md sections 13.2 and 13.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForeignRefusal {
    /// Larger than 65,536 bytes.
    #[error("the request is too large")]
    TooLarge,
    /// Not a request object.
    #[error("the request is malformed")]
    Malformed,
    /// Another `typ` or `alg`.
    #[error("the request is of another type")]
    Type,
    /// No certificate, or none this wallet can read.
    #[error("the request carries no certificate that this wallet can read")]
    CertificateMalformed,
    /// It leads to nobody the wallet trusts, or has run out.
    #[error("the request's certificate was issued by nobody this computer trusts, or has run out")]
    CertificateChain,
    /// It is for another host.
    #[error("the request's certificate is for somebody else")]
    CertificateName,
    /// Not signed by the certificate's key.
    #[error("the request is not signed by the key in its certificate")]
    Signature,
    /// Not by whom the link names.
    #[error("the request comes from somebody else than the link says")]
    ClientId,
    /// Meant for somebody else.
    #[error("the request is not meant for a wallet")]
    Audience,
    /// An answer in another form is wanted.
    #[error("the request wants an answer that would not be sealed")]
    ResponseMode,
    /// Another number than the wallet sent, or one where none was sent.
    #[error("the request was not made for this wallet")]
    WalletNonce,
    /// Too late.
    #[error("the request has run out")]
    Expired,
    /// From the future.
    #[error("the request lies in the future; is this computer's clock right?")]
    NotYetValid,
    /// Nobody can tell how old it is.
    #[error("the request does not say how old it is")]
    Lifetime,
    /// `nonce` or `state` has another form.
    #[error("the request's one-time numbers are too short")]
    Nonce,
    /// The answer would go where no answer may go.
    #[error("the answer would go to an address that cannot be used")]
    ResponseUri,
    /// The person would agree to something the wallet cannot show.
    #[error("the request wants agreement to something that this wallet cannot show")]
    TransactionData,
    /// Not a query that a self-issued profile answers.
    #[error(transparent)]
    Query(#[from] QueryRefusal),
    /// No key, or no algorithm, to seal the answer with.
    #[error("the request names no key that this wallet can seal to")]
    Encryption,
    /// The host has a Statement, or had one.
    #[error("the site has published keys for requests, and this request goes around them")]
    StatementObeyed,
}

impl ForeignRefusal {
    /// The refusal as the protocol names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TooLarge => "request-too-large",
            Self::Malformed => "request-malformed",
            Self::Type => "request-type",
            Self::CertificateMalformed => "x509-malformed",
            Self::CertificateChain => "x509-chain",
            Self::CertificateName => "x509-name",
            Self::Signature => "request-signature",
            Self::ClientId => "request-client-id",
            Self::Audience => "request-audience",
            Self::ResponseMode => "request-response-mode",
            Self::WalletNonce => "request-wallet-nonce",
            Self::Expired => "request-expired",
            Self::NotYetValid => "request-not-yet-valid",
            Self::Lifetime => "request-lifetime",
            Self::Nonce => "request-nonce",
            Self::ResponseUri => "request-response-uri",
            Self::TransactionData => "request-transaction-data",
            Self::Query(QueryRefusal::Malformed) => "request-query",
            Self::Query(QueryRefusal::Values) => "request-query-values",
            Self::Encryption => "response-encryption",
            Self::StatementObeyed => "statement-obeyed",
        }
    }
}

impl From<JwsError> for ForeignRefusal {
    fn from(refused: JwsError) -> Self {
        match refused {
            JwsError::TooLarge => Self::TooLarge,
            JwsError::Malformed => Self::Malformed,
            JwsError::Type => Self::Type,
            JwsError::Signature => Self::Signature,
        }
    }
}
