//! Step 4: only the shop's release key opens it.

use passerby_testkit::leak;
use passerby_wallet::Answer;

use crate::street::{Street, details};

#[tokio::test]
async fn nothing_of_anna_is_in_any_file_of_the_relay_or_in_her_own_vault_file() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    let delivered = anna.approve(&request, &Answer::default(), &mut street.rng).await.unwrap();
    street.shop.collect(&asking, &delivered.return_to, &street.relay_keys, &mut street.rng).await.unwrap();

    let values: Vec<String> = details()
        .values()
        .map(|value| value.expose().to_owned())
        .filter(|value| value.len() >= leak::SHORTEST)
        .collect();
    assert!(values.len() >= 5);
    let findings = leak::scan(&[street.folder.path()], &values).unwrap();
    assert!(findings.is_empty(), "{findings:?}");
}
