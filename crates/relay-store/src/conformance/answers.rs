//! An answer stands exactly once.

use super::{NoTombstones, answer, code, park, request};
use crate::{Answered, Collect, RelayStore};

/// Other bytes never replace an answer.
pub async fn answers_once(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    assert_eq!(store.answer(&answer("nothing", 1)).await.unwrap(), Answered::NotFound);
    assert_eq!(store.find_answer("r1").await.unwrap(), None);
    assert_eq!(store.find_to_answer("nothing").await.unwrap(), None);
    let open = store.find_to_answer("r1").await.unwrap().unwrap();
    assert_eq!((Some(open.request), open.answered), (store.find_request("r1").await.unwrap(), None));
    assert_eq!(store.answer(&answer("r1", 1)).await.unwrap(), Answered::Stored("reply 1".into()));
    assert_eq!(store.answer(&answer("r1", 2)).await.unwrap(), Answered::Already);
    assert_eq!(store.find_answer("r1").await.unwrap(), Some(([1; 32], "reply 1".into())));
    let again = store.find_to_answer("r1").await.unwrap().unwrap();
    assert_eq!(again.answered, Some(([1; 32], "reply 1".into())));
    let collected = store.collect("shop.example", "t1", &code(1), 0, &NoTombstones).await.unwrap();
    assert!(matches!(collected, Collect::Granted(_)), "the first answer's code is the right one");
}

/// A retry with the same bytes gets the reply of the first time, whatever else the caller made anew.
pub async fn answers_the_same_bytes_again(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    store.answer(&answer("r1", 1)).await.unwrap();
    let mut retry = answer("r1", 2);
    retry.body_sha256 = [1; 32];
    assert_eq!(store.answer(&retry).await.unwrap(), Answered::Again("reply 1".into()));
}

/// A link and a QR code of one transaction: the second answer is refused, and the first one's retry is not.
pub async fn answers_once_for_a_transaction(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    park(store, &request("shop.example", "r2", "t1")).await;
    store.answer(&answer("r1", 1)).await.unwrap();
    assert_eq!(store.answer(&answer("r2", 2)).await.unwrap(), Answered::Already);
    assert_eq!(store.answer(&answer("r1", 1)).await.unwrap(), Answered::Again("reply 1".into()));
}

/// Of answers that arrive at the same moment, one stands.
pub async fn races_have_one_winner(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    let (one, two, three) = (answer("r1", 1), answer("r1", 2), answer("r1", 3));
    let (a, b, c) = join3(store.answer(&one), store.answer(&two), store.answer(&three)).await;
    let outcomes = [a.unwrap(), b.unwrap(), c.unwrap()];
    let stored = outcomes.iter().filter(|outcome| matches!(outcome, Answered::Stored(_))).count();
    let already = outcomes.iter().filter(|outcome| matches!(outcome, Answered::Already)).count();
    assert_eq!((stored, already), (1, 2));
}

/// Polls three futures side by side, so that this crate needs no runtime.
pub(super) async fn join3<A, B, C>(
    a: impl Future<Output = A>,
    b: impl Future<Output = B>,
    c: impl Future<Output = C>,
) -> (A, B, C) {
    let (mut a, mut b, mut c) = (Box::pin(a), Box::pin(b), Box::pin(c));
    let (mut from_a, mut from_b, mut from_c) = (None, None, None);
    std::future::poll_fn(move |cx| {
        poll_once(&mut a, &mut from_a, cx);
        poll_once(&mut b, &mut from_b, cx);
        poll_once(&mut c, &mut from_c, cx);
        match (from_a.take(), from_b.take(), from_c.take()) {
            (Some(a), Some(b), Some(c)) => std::task::Poll::Ready((a, b, c)),
            (a, b, c) => {
                (from_a, from_b, from_c) = (a, b, c);
                std::task::Poll::Pending
            }
        }
    })
    .await
}

fn poll_once<F: Future>(
    future: &mut std::pin::Pin<Box<F>>,
    output: &mut Option<F::Output>,
    cx: &mut std::task::Context<'_>,
) {
    if output.is_none()
        && let std::task::Poll::Ready(ready) = future.as_mut().poll(cx)
    {
        *output = Some(ready);
    }
}
