//! `POST /v1/attestations`: a shop brings its Statement and has its request key attested.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use passerby_protocol::time::DAY;
use passerby_protocol::verify::{Attestation, ParsedStatement, Statement};
use passerby_protocol::wire::b64u;
use passerby_protocol::wire::jws::Unverified;
use passerby_relay_api::attestation::{AttestationBody, AttestationRequestBody};
use passerby_relay_api::{Problem, ProblemBody};
use passerby_relay_store::{KeepStatement, KeptStatement, ShopStore};

use crate::Identity;
use crate::http::problem::Refused;
use crate::http::replay::UsedProofs;
use crate::http::shop_proof::CallingShop;
use crate::state::Now;

/// How long an attestation is good for: a shop renews it long before, and a removed shop runs out of them.
const LIFE: i64 = 7 * DAY;

/// The Statement that is kept. Its signature, sector and time were checked when it came; since then it may have run out.
struct Kept {
    statement: Statement,
    sha256: String,
}

impl Kept {
    fn read(kept: &KeptStatement) -> Result<Self, Refused> {
        let parsed = Unverified::<Statement>::parse(&kept.compact, "passerby-statement+jwt");
        let statement = parsed.map_err(|_| Problem::Failed)?.peek().clone();
        Ok(Self { statement, sha256: b64u::sha256(&kept.compact) })
    }
}

/// Whether the Statement's root is the recorded one, or one that the kept Statement announced.
fn follows(recorded_root_jkt: &str, parsed: &ParsedStatement, kept: Option<&Kept>) -> bool {
    let root = parsed.root_jkt();
    let announced = kept.and_then(|kept| kept.statement.next_root_jkt_hash.as_deref());
    root.as_str() == recorded_root_jkt || announced == Some(root.commitment().as_str())
}

/// A Statement that follows the kept one directly must name it.
fn is_chained(parsed: &ParsedStatement, kept: Option<&Kept>) -> bool {
    let Some(kept) = kept else { return true };
    let new = parsed.statement();
    new.seq != kept.statement.seq.saturating_add(1) || new.prev.as_deref() == Some(&kept.sha256)
}

/// Have a request key attested.
///
/// The Statement must be signed by the root key that the relay's admin recorded, or by one that the last
/// Statement announced; its `seq` must not be lower than the last one's. The proof's key must be listed in it.
#[utoipa::path(
    post,
    path = "/v1/attestations",
    tag = "shop",
    security(("shop_proof" = [])),
    request_body = AttestationRequestBody,
    responses(
        (status = 200, body = AttestationBody),
        (status = 401, description = "`shop-proof`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "`shop-unknown`, `shop-suspended`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`statement-refused`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn attest(
    State(identity): State<Arc<Identity>>,
    State(shops): State<Arc<dyn ShopStore>>,
    State(now): State<Now>,
    State(used_proofs): State<Arc<UsedProofs>>,
    calling: CallingShop,
) -> Result<Json<AttestationBody>, Refused> {
    let refused = |word| Refused::because(Problem::StatementRefused, word);
    let now = now.read();
    let statement = calling.parse_body::<AttestationRequestBody>()?.statement;
    let parsed = ParsedStatement::parse(&statement, &calling.sector, now).map_err(|no| refused(no.word()))?;
    let kept = calling.record.statement.as_ref().map(Kept::read).transpose()?;
    if !follows(&calling.record.root_jkt, &parsed, kept.as_ref()) {
        return Err(refused("root-mismatch"));
    }
    if !is_chained(&parsed, kept.as_ref()) {
        return Err(refused("statement-chain"));
    }
    let key = &calling.call.key;
    if !parsed.statement().lists_request_key(&key.jkt()) {
        return Err(Problem::ShopProof.into());
    }
    used_proofs.consume_shop(&calling.call, now)?;
    calling.require_active()?;

    let keep = KeptStatement {
        compact: statement,
        seq: i64::try_from(parsed.statement().seq).map_err(|_| refused("statement-malformed"))?,
        root_jkt: parsed.root_jkt().into(),
    };
    match shops.keep_statement(calling.sector.as_str(), &calling.record.root_jkt, &keep).await? {
        KeepStatement::Kept => {}
        KeepStatement::Rollback => return Err(refused("statement-rollback")),
        KeepStatement::Equivocation => return Err(refused("statement-equivocation")),
        // Somebody changed the shop in between; the next try sees what it is now.
        _ => return Err(Problem::Unavailable.into()),
    }
    let attestation =
        Attestation::new(identity.issuer(), &calling.sector, key, &parsed.root_jkt(), now, LIFE)
            .sign(identity.key(now))
            .map_err(|_| Problem::Failed)?;
    Ok(Json(AttestationBody { attestation }))
}
