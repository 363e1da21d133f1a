//! What one process tells, the others hear; and what they sweep, they sweep between them.

use super::{T0, park, request};
use crate::{DAY, News, RelayStore};

/// Whoever listens hears what is told afterwards. A store of one process has nobody to listen to, and bears being told.
pub async fn tells_whoever_listens(store: &dyn RelayStore) {
    store.tell(&[]).await.unwrap();
    let Some(mut one) = store.listen().await.unwrap() else {
        store.tell(&[[1; 32]]).await.unwrap();
        return;
    };
    let mut other = store.listen().await.unwrap().unwrap();
    store.tell(&[[1; 32], [2; 32]]).await.unwrap();
    store.tell(&[[3; 32]]).await.unwrap();
    for ears in [&mut one, &mut other] {
        ears.check().await.unwrap();
        for changed in [[1; 32], [2; 32], [3; 32]] {
            assert_eq!(ears.hear().await.unwrap(), News::Changed(changed));
        }
    }
}

/// Of sweeps at the same moment, each takes what the others have not.
pub async fn sweeps_beside_each_other(store: &dyn RelayStore) {
    for number in 0..40 {
        park(store, &request("shop.example", &format!("r{number}"), &format!("t{number}"))).await;
    }
    let end = T0 + 1800 + DAY;
    let (one, two, three) = super::answers::join3(store.sweep(end), store.sweep(end), store.sweep(end)).await;
    let swept = [one, two, three].map(|swept| swept.unwrap().requests);
    assert_eq!(swept.iter().sum::<u64>(), 40, "{swept:?}");
    assert_eq!(store.sweep(end).await.unwrap().requests, 0, "nothing was passed over for good");
}
