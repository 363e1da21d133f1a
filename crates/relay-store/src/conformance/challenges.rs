//! Challenges, and the shops that meet them.

use super::T0;
use crate::{Challenge, KeptStatement, Met, Proof, ProvenShop, RelayStore};

fn challenge(token: &str, made_at: i64) -> Challenge {
    Challenge { sector: "shop.example".into(), token: token.into(), made_at }
}

fn proven(token: &str) -> ProvenShop {
    ProvenShop {
        sector: "shop.example".into(),
        token: token.into(),
        proof: Proof::Dns,
        allowed_claims: vec!["name".into(), "address.postal_code".into()],
        statement: KeptStatement { compact: "four".into(), seq: 4, root_jkt: "root-1".into() },
        added_at: T0 + 60,
    }
}

/// A host has one challenge: the newest.
pub async fn keeps_one_challenge(store: &dyn RelayStore) {
    assert_eq!(store.find_challenge("shop.example").await.unwrap(), None);
    store.keep_challenge(&challenge("token-1", T0)).await.unwrap();
    store.keep_challenge(&challenge("token-2", T0 + 1)).await.unwrap();
    assert_eq!(store.find_challenge("shop.example").await.unwrap(), Some(challenge("token-2", T0 + 1)));
    assert_eq!(store.find_challenge("another.example").await.unwrap(), None);
    assert_eq!(store.list_shops().await.unwrap(), [], "a challenge makes no shop");
}

/// A challenge is good once, and brings the shop with everything that was seen of it.
pub async fn meets_a_challenge_once(store: &dyn RelayStore) {
    assert_eq!(store.meet_challenge(&proven("token-1")).await.unwrap(), Met::NoSuchChallenge);
    store.keep_challenge(&challenge("token-1", T0)).await.unwrap();
    assert_eq!(store.meet_challenge(&proven("token-9")).await.unwrap(), Met::NoSuchChallenge);
    assert!(store.find_shop("shop.example").await.unwrap().is_none());
    assert_eq!(store.meet_challenge(&proven("token-1")).await.unwrap(), Met::Added);
    let shop = store.find_shop("shop.example").await.unwrap().unwrap();
    let said = proven("token-1");
    assert_eq!((shop.root_jkt.as_str(), shop.added_at), ("root-1", T0 + 60));
    assert_eq!(shop.statement, Some(said.statement));
    assert_eq!((shop.proof, shop.allowed_claims), (Some(Proof::Dns), Some(said.allowed_claims)));
    assert_eq!((shop.suspension, shop.requests_a_day), (None, None));

    assert_eq!(store.find_challenge("shop.example").await.unwrap(), None);
    assert_eq!(store.meet_challenge(&proven("token-1")).await.unwrap(), Met::NoSuchChallenge, "used up");
    store.keep_challenge(&challenge("token-2", T0)).await.unwrap();
    assert_eq!(store.meet_challenge(&proven("token-2")).await.unwrap(), Met::AlreadyThere);
    assert!(store.find_challenge("shop.example").await.unwrap().is_some(), "nothing was changed");
}
