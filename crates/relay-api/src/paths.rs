//! The paths of the relay, below its issuer.

/// Where a shop has its request keys attested.
pub const ATTESTATIONS: &str = "/v1/attestations";
/// Where a shop parks a request.
pub const REQUESTS: &str = "/v1/requests";
/// Where a wallet fetches a request: `{id}` is the request's.
pub const REQUEST: &str = "/r/{id}";
/// Where a wallet has a passport issued.
pub const PASSPORTS: &str = "/v1/passports";
/// Where a wallet answers: `{id}` is the request's.
pub const RESPONSE: &str = "/v1/response/{id}";
/// Where a shop looks how far a transaction is.
pub const TRANSACTION: &str = "/v1/transactions/{transaction_id}";
/// Where a shop waits for it to get further.
pub const EVENTS: &str = "/v1/transactions/{transaction_id}/events";
/// Where a shop collects the outcome.
pub const COLLECT: &str = "/v1/transactions/{transaction_id}/collect";
/// Where a shop asks for a sealed release, and the person sees that it did.
pub const OPENINGS: &str = "/v1/grants/{grant_id}/openings";
/// Where a person's self-copy is left and fetched.
pub const SELF_COPY: &str = "/v1/self-copy";
/// The relay's keys (JWT VC issuer metadata).
pub const ISSUER_KEYS: &str = "/.well-known/jwt-vc-issuer";
/// This interface as `OpenAPI` 3.1.
pub const OPENAPI: &str = "/openapi.json";
/// Whether the relay and its store are alive.
pub const HEALTH: &str = "/health";
/// Counters for the admin.
pub const METRICS: &str = "/metrics";

/// A path with its one parameter filled in. Every parameter of ours is made of letters, digits, `-` and `_`.
#[must_use]
pub fn fill(template: &str, parameter: &str) -> String {
    match template.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?.1))) {
        Some((before, after)) => format!("{before}{parameter}{after}"),
        None => template.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_filled_in() {
        assert_eq!(fill(COLLECT, "abc"), "/v1/transactions/abc/collect");
        assert_eq!(fill(REQUEST, "abc"), "/r/abc");
        assert_eq!(fill(PASSPORTS, "abc"), PASSPORTS);
    }
}
