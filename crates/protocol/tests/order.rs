//! The order's record (docs/protocol.md section 9.4): a Passerby wallet answered, or another one; never half of each.

#![allow(clippy::unwrap_used, reason = "a test")]

use passerby_protocol::passport::Order;
use passerby_protocol::wire::{b64u, json};
use passerby_testkit::scene::{GRANT_ID, Scene};
use serde_json::{Value, json};

fn read(record: &Value) -> Option<Order> {
    json::parse(record.to_string().as_bytes()).ok()
}

#[test]
fn a_record_reads_back_and_knows_its_pseudonym() {
    let scene = Scene::new();
    let order = scene.answer(1).order;
    assert_eq!(order.find_user_ref(), Some(scene.pairwise().user_ref().as_str()));
    assert_eq!(read(&json!(order)), Some(order));

    let unsigned = scene.question().accept_unsigned(GRANT_ID, &b64u::sha256("release"), None, false).unwrap();
    assert_eq!(unsigned.find_user_ref(), None);
    assert_eq!(read(&json!(unsigned)), Some(unsigned));
}

#[test]
fn a_record_that_says_half_of_each_is_none() {
    let scene = Scene::new();
    let named = json!(scene.answer(1).order);
    let asked = json!({ "required": [], "optional": [] });
    let with = |members: &[(&str, Value)]| {
        let mut record = named.clone();
        for (member, value) in members {
            record[*member] = value.clone();
        }
        record
    };
    let nobody = ["user_ref", "passport_jkt", "claims"].map(|member| (member, Value::Null));
    for members in
        [&nobody[..1], &nobody[1..2], &nobody[2..], &nobody[..2], &nobody[..], &[("asked", asked.clone())]]
    {
        assert!(read(&with(members)).is_none(), "{members:?}");
    }
    let mut complete = with(&nobody);
    complete["asked"] = asked;
    assert!(read(&complete).is_some());
    complete.as_object_mut().unwrap().remove("claims");
    assert!(read(&complete).is_none(), "null is written, not left out");
    complete["claims"] = Value::Null;
    complete["asked"] = Value::Null;
    assert!(read(&complete).is_none());
}

#[test]
fn neither_kind_tells_its_content_in_a_log() {
    let scene = Scene::new();
    let order = scene.answer(1).order;
    let printed = format!("{order:?} {:?}", order.answered);
    assert_eq!(printed, format!("Order({GRANT_ID}, ..) ByPasserby(..)"));
}
