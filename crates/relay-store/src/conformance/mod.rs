//! The suite that every store must pass, run by each store crate on a fresh store for each case:
//!
//! ```text
//! passerby_relay_store::conformance_suite!(async || MyStore::open_fresh().await);
//! ```
//!
//! To add a case: write an `async fn` here that takes `&dyn RelayStore`, and list it in the macro.

#![allow(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test suite fails by panicking"
)]

mod answers;
mod challenges;
mod former;
mod grants;
mod periods;
mod requests;
mod self_copies;
mod shops;
mod sweeping;
mod tombstones;
mod waking;

pub use answers::{
    answers_once, answers_once_for_a_transaction, answers_the_same_bytes_again, races_have_one_winner,
};
pub use challenges::{keeps_one_challenge, meets_a_challenge_once};
pub use former::{FORMER_ROWS, finds_what_was_there, write_former_rows};
pub use grants::{
    burns_after_three_wrong_codes, collects_once, forfeits_what_nobody_collects, hands_out_a_refusal,
    openings_are_the_holders_to_see, opens_only_the_shops_own,
};
pub use periods::{
    begins_each_period_once, ends_a_period_when_nothing_lies_under_it,
    keeps_no_release_under_a_period_that_is_over, puts_releases_under_the_newest_period,
};
pub use requests::{
    binds_to_the_first_key, keeps_transactions_of_shops_apart, parks_no_more_than_a_days_quota, parks_once,
};
pub use self_copies::{copies_go_with_the_last_grant, keeps_copies_of_holders_only, keeps_the_newest_copy};
pub use shops::{adds_lists_and_removes_shops, keeps_the_newest_statement, remembers_what_the_admin_said};
pub use sweeping::{forgets_claims, sweeps_challenges, sweeps_grants, sweeps_requests};
pub use tombstones::{
    NoTombstones, deletes_what_tombstones_say, remembers_which_journal_it_saw,
    writes_a_tombstone_before_it_deletes,
};
pub use waking::{sweeps_beside_each_other, tells_whoever_listens};

use crate::{Answer, GrantId, KeptRelease, NewGrant, NewRequest, Park, RelayStore};

/// A moment to count from.
pub const T0: i64 = 1_800_000_000;
/// More requests a day than any case parks.
pub const MANY: u32 = 1_000_000;

/// A request of a shop that the case has added.
#[must_use]
pub fn request(sector: &str, id: &str, transaction_id: &str) -> NewRequest {
    NewRequest {
        id: id.into(),
        sector: sector.into(),
        transaction_id: transaction_id.into(),
        request: format!("request object of {id}"),
        redirect_uri: format!("https://{sector}/back"),
        client_id: format!("verifier_attestation:{sector}"),
        nonce: format!("nonce of {id}"),
        response_uri: format!("https://relay.example/v1/response/{id}"),
        terms_hash: "terms hash".into(),
        exp: T0 + 300,
        response_by: T0 + 1800,
        retention_days: 30,
        parked_at: T0,
    }
}

/// Adds a shop and parks one of its requests.
pub async fn park(store: &dyn RelayStore, request: &NewRequest) {
    store.add_shop(&request.sector, "root", T0).await.unwrap();
    assert_eq!(store.park_request(request, MANY).await.unwrap(), Park::Parked);
}

/// An answer with a grant; `mark` makes it differ from others.
#[must_use]
pub fn answer(request_id: &str, mark: u8) -> Answer {
    Answer {
        request_id: request_id.into(),
        body_sha256: [mark; 32],
        reply: format!("reply {mark}"),
        code_sha256: [mark.wrapping_add(100); 32],
        answered_at: T0 + 10,
        grant: Some(NewGrant {
            id: grant_id(mark),
            holder_jkt: Some(format!("holder {mark}")),
            grant_claim: Some("claim".into()),
            consent_receipt: Some("consent".into()),
            relay_receipt: "receipt".into(),
            release: KeptRelease::AsItCame(format!("sealed {mark}")),
            release_sha256: [mark.wrapping_add(50); 32],
            keep_until: T0 + 30 * 86_400,
        }),
    }
}

/// The id of the grant in `answer(_, mark)`.
#[must_use]
pub fn grant_id(mark: u8) -> GrantId {
    GrantId::make(u64::try_from(T0).unwrap() * 1000, &[mark; 10])
}

/// The right code's digest for `answer(_, mark)`.
#[must_use]
pub fn code(mark: u8) -> [u8; 32] {
    [mark.wrapping_add(100); 32]
}

/// Makes one `#[tokio::test]` of each case. `$open` is called as `$open().await` and gives a fresh store, and whatever keeps it alive.
#[macro_export]
macro_rules! conformance_suite {
    ($open:expr) => {
        $crate::conformance_suite!(@each $open;
            adds_lists_and_removes_shops keeps_the_newest_statement remembers_what_the_admin_said
            keeps_one_challenge meets_a_challenge_once parks_no_more_than_a_days_quota
            parks_once binds_to_the_first_key keeps_transactions_of_shops_apart
            answers_once answers_the_same_bytes_again answers_once_for_a_transaction races_have_one_winner
            collects_once forfeits_what_nobody_collects hands_out_a_refusal burns_after_three_wrong_codes
            opens_only_the_shops_own openings_are_the_holders_to_see
            keeps_the_newest_copy keeps_copies_of_holders_only copies_go_with_the_last_grant
            begins_each_period_once puts_releases_under_the_newest_period
            keeps_no_release_under_a_period_that_is_over ends_a_period_when_nothing_lies_under_it
            writes_a_tombstone_before_it_deletes deletes_what_tombstones_say remembers_which_journal_it_saw
            sweeps_requests sweeps_grants sweeps_challenges forgets_claims sweeps_beside_each_other tells_whoever_listens
        );
    };
    (@each $open:expr; $($case:ident)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let (store, _kept_alive) = ($open)().await;
                $crate::conformance::$case(&store).await;
            }
        )+
    };
}
