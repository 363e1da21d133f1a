//! A host proves itself to an admin: by a file, by a TXT record, and never by itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod hosts;

use hosts::{NameServer, Program, ShopHost, line_in};
use passerby_relay::shop::unreachable::Trouble;
use passerby_relay_api::{Connection, well_known};
use serde_json::json;

const RECORD: &str = "_passerby-challenge.127.0.0.1.";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_proves_a_host_once_the_admin_has_compared_the_root_key() {
    let (host, names) = (ShopHost::open().await, NameServer::open("127.0.0.1.").await);
    let relay = Program::init(Some(&names));
    let (shop, root) = (host.sector(), host.root_jkt());
    let said = relay.ok(&["shop", "add", shop]);
    assert!(said.contains(&format!("http://{shop}/.well-known/passerby-challenge.txt")), "{said}");
    assert!(said.contains(RECORD) && said.contains("shop check"), "{said}");
    let line = line_in(&said);
    assert!(line.starts_with("relay=http://127.0.0.1:4180 token="), "{line}");
    assert_eq!(relay.shops(), json!([]), "a token makes no shop");

    let said = relay.no(1, &["shop", "check", shop]);
    assert!(said.contains("the file: it is not there") && said.contains(&line), "{said}");
    host.place_challenge(&line.replace("token=", "token=x"));
    assert!(relay.no(1, &["shop", "check", shop]).contains("another token of this relay"));
    host.place_challenge("<html>Welcome</html>");
    assert!(relay.no(1, &["shop", "check", shop]).contains("no line of it"));
    host.place("/.well-known/passerby-challenge.txt", 301, "");
    assert!(relay.no(1, &["shop", "check", shop]).contains("redirect (status 301)"));
    host.place("/.well-known/passerby-challenge.txt", 200, "x".repeat(70_000));
    assert!(relay.no(1, &["shop", "check", shop]).contains("longer than 65,536 bytes"));

    host.place_challenge(&line);
    let said = relay.no(1, &["shop", "check", shop, "--root-jkt", &root]);
    assert!(said.contains("Statement could not be fetched") && said.contains("place it"), "{said}");
    host.place_statement(|payload| payload["iss"] = json!("127.0.0.1:1"));
    assert!(relay.no(1, &["shop", "check", shop, "--root-jkt", &root]).contains("statement-sector"));

    host.place_statement(|_| {});
    let said = relay.no(1, &["shop", "check", shop]);
    assert!(said.contains(&root), "the thumbprint is shown in full: {said}");
    assert!(
        said.contains("nobody has compared the root key"),
        "without a terminal nothing is taken for granted: {said}"
    );
    let other =
        relay.no(1, &["shop", "check", shop, "--root-jkt", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"]);
    assert!(other.contains("not the root key that you were told"), "{other}");
    assert_eq!(relay.shops(), json!([]));

    // `add` again looks, too; it asks, and nobody is there to be asked.
    assert!(relay.no(1, &["shop", "add", shop]).contains("nobody has compared"));
    let said = relay.ok(&["shop", "check", shop, "--root-jkt", &root]);
    assert!(said.contains("shows its token in its file") && said.contains("added"), "{said}");
    let shops = relay.shops();
    assert_eq!((&shops[0]["root_jkt"], &shops[0]["proof"]), (&json!(root), &json!("file")));
    assert_eq!((&shops[0]["statement_seq"], &shops[0]["allowed_claims"][0]), (&json!(1), &json!("name")));
    assert!(relay.ok(&["shop", "check", shop]).contains("already"));
    assert!(relay.ok(&["shop", "add", shop]).contains("already"));

    // The token has done its work: it lets nobody in again.
    relay.ok(&["shop", "remove", shop, "--yes"]);
    assert!(relay.no(1, &["shop", "check", shop, "--root-jkt", &root]).contains("no token is out"));
    let said = relay.ok(&["shop", "add", shop]);
    assert_ne!(line_in(&said), line);
    assert!(
        relay.no(1, &["shop", "check", shop, "--root-jkt", &root]).contains("another token of this relay")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_txt_record_proves_a_host() {
    let (host, names) = (ShopHost::open().await, NameServer::open("127.0.0.1.").await);
    let relay = Program::init(Some(&names));
    let (shop, root) = (host.sector(), host.root_jkt());
    let line = line_in(&relay.ok(&["shop", "add", shop]));
    host.place_statement(|_| {});
    assert!(
        relay
            .no(1, &["shop", "check", shop, "--root-jkt", &root])
            .contains("the TXT record: it is not there")
    );
    names.add_txt(RECORD, "v=spf1 -all").await;
    assert!(
        relay.no(1, &["shop", "check", shop, "--root-jkt", &root]).contains("does not say what is asked for")
    );
    names.add_txt(RECORD, &line.replace("token=", "token=x")).await;
    let said = relay.no(1, &["shop", "check", shop, "--root-jkt", &root]);
    assert!(said.contains("the TXT record: it shows another token"), "{said}");
    names.add_txt(RECORD, &line).await;
    relay.edit("#retention_days = 3650", "retention_days = 14");
    let said = relay.ok(&["shop", "check", shop, "--root-jkt", &root]);
    assert!(said.contains("shows its token in its TXT record"), "{said}");
    assert!(said.contains("60 days at most; this relay lets it ask for 14\n"), "{said}");
    assert_eq!(relay.shops()[0]["proof"], "dns");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_server_that_is_silent_is_no_missing_record() {
    let (host, relay) = (ShopHost::open().await, Program::init(None));
    relay.ok(&["shop", "add", host.sector()]);
    let said = relay.no(1, &["shop", "check", host.sector()]);
    assert!(said.contains("the name servers gave no answer") && said.contains("name_servers"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_token_takes_the_place_of_the_old_one() {
    let (host, names) = (ShopHost::open().await, NameServer::open("127.0.0.1.").await);
    let relay = Program::init(Some(&names));
    let first = line_in(&relay.ok(&["shop", "add", host.sector()]));
    let second = line_in(&relay.ok(&["shop", "add", host.sector(), "--new-token"]));
    assert_ne!(first, second);
    host.place_challenge(&first);
    assert!(relay.no(1, &["shop", "check", host.sector()]).contains("another token"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_admin_says_of_a_shop_is_listed() {
    let (host, relay) = (ShopHost::open().await, Program::init(None));
    let (shop, root) = (host.sector(), host.root_jkt());
    relay.no(1, &["shop", "suspend", shop, "--reason", "complaints"]);
    relay.no(1, &["shop", "resume", shop]);
    host.place_challenge(&line_in(&relay.ok(&["shop", "add", shop])));
    host.place_statement(|_| {});
    relay.ok(&["shop", "check", shop, "--root-jkt", &root]);

    relay.no(2, &["shop", "suspend", shop]);
    relay.no(2, &["shop", "suspend", shop, "--reason", " "]);
    relay.ok(&["shop", "suspend", shop, "--reason", "complaints since Monday"]);
    assert!(relay.ok(&["shop", "list"]).contains("suspended: complaints since Monday"));
    assert_eq!(relay.shops()[0]["suspended"]["reason"], "complaints since Monday");
    assert!(relay.ok(&["shop", "resume", shop]).contains("resumed"));
    assert!(relay.ok(&["shop", "resume", shop]).contains("not suspended"));
    assert_eq!(relay.shops()[0]["suspended"], json!(null));

    assert!(relay.ok(&["shop", "limit", shop, "--requests-a-day", "5"]).contains("5 requests a day"));
    assert_eq!(relay.shops()[0]["requests_a_day"], 5);
    assert!(relay.ok(&["shop", "limit", shop, "--usual"]).contains("10000 requests a day, as usual"));
    relay.no(2, &["shop", "limit", shop]);

    let said = relay.ok(&["shop", "allow", shop, "--claims", "name,email"]);
    assert!(said.contains("may ask for name, email") && said.contains("also names phone_number"), "{said}");
    assert_eq!(relay.shops()[0]["allowed_claims"], json!(["name", "email"]));
    assert_eq!(relay.shops()[0]["claims_not_allowed"][0], "phone_number");
    relay.no(2, &["shop", "allow", shop, "--claims", "Not A Claim"]);
    relay.ok(&["shop", "allow", shop, "--all"]);
    assert_eq!(relay.shops()[0]["allowed_claims"], json!(null));
}

/// Without a certificate that this computer trusts, with a name that does not exist, with nobody at the port.
#[tokio::test]
async fn what_is_wrong_with_a_host_is_said_with_what_to_do() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    let client = passerby_relay_api::client::VerifierClient::new(Connection::open().unwrap());
    let trouble = async |address: &str| Trouble::of(&client.fetch_request(address, None).await.unwrap_err());
    let said = trouble(&format!("https://localhost:{port}/")).await;
    assert!(said.what.starts_with("its certificate is not accepted"), "{said}");
    assert!(said.mend.contains("for this very name"), "{said}");
    assert!(trouble("https://10.0.0.1/").await.what.contains("never asked"));

    let sector = passerby_protocol::sector::Sector::parse("127.0.0.1:1").unwrap();
    let nobody = well_known::find_challenge(&Connection::open().unwrap(), &sector).await.unwrap_err();
    let said = Trouble::of(&nobody);
    assert!(said.what.starts_with("no connection came about"), "{said}");
}
