//! The client against servers that behave badly. All of them are on loopback and say exactly what the test tells them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![cfg(feature = "client")]

use passerby_protocol::issuer::Issuer;
use passerby_protocol::request::RequestUri;
use passerby_protocol::sector::Sector;
use passerby_relay_api::passport::PassportRequestBody;
use passerby_relay_api::{Connection, Problem, RelayClient, RelayError, Sent, well_known};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A server that reads one request and answers with exactly these bytes. Gives its origin, and the request as it came.
async fn server(answer: Vec<u8>) -> (String, oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let (sender, came) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 65_536];
        let read = stream.read(&mut request).await.unwrap();
        request.truncate(read);
        let _ = sender.send(String::from_utf8(request).unwrap());
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
    });
    (origin, came)
}

fn response(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
        .into_bytes()
}

fn client(origin: &str) -> RelayClient {
    RelayClient::new(Issuer::parse(origin).unwrap(), Connection::open().unwrap())
}

async fn ask_passport(origin: &str) -> Result<String, RelayError> {
    let body = PassportRequestBody { request: "r".into(), proof: "p".into() };
    client(origin).request_passport(&body, |_, _| Ok("proof".into())).await
}

#[tokio::test]
async fn sends_what_is_needed_and_nothing_else() {
    let (origin, came) = server(response("200 OK", "", r#"{"passport":"p~"}"#)).await;
    assert_eq!(ask_passport(&origin).await.unwrap(), "p~");
    let request = came.await.unwrap().to_ascii_lowercase();
    assert!(
        request.starts_with("post /v1/passports http/1.1\r\n") && request.contains("\r\ndpop: proof\r\n")
    );
    for header in ["user-agent:", "cookie:", "referer:", "accept-encoding:", "accept-language:"] {
        assert!(!request.contains(header), "{header} was sent: {request}");
    }
}

#[tokio::test]
async fn a_proof_is_made_for_the_address_that_is_asked() {
    let (origin, _came) = server(response("200 OK", "", r#"{"passport":"p~"}"#)).await;
    let body = PassportRequestBody { request: "r".into(), proof: "p".into() };
    let expected = format!("{origin}/v1/passports");
    let relay = client(&origin);
    let asked = relay.request_passport(&body, |method, url| {
        assert_eq!((method, url), ("POST", expected.as_str()));
        Ok("proof".into())
    });
    asked.await.unwrap();
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (elsewhere, mut came) = server(response("200 OK", "", r#"{"passport":"p~"}"#)).await;
    let (origin, _) =
        server(response("307 Temporary Redirect", &format!("location: {elsewhere}/\r\n"), "")).await;
    let error = ask_passport(&origin).await.unwrap_err();
    assert!(matches!(error, RelayError::Foreign { status: 307 }), "{error:?}");
    assert!(came.try_recv().is_err(), "nobody else was asked");
}

#[tokio::test]
async fn a_no_has_its_word() {
    let body = r#"{"type":"https://x/problems/claim-refused","status":422,"title":"t","refusal":"kb-nonce"}"#;
    let (origin, _) = server(response("422 No", "content-type: application/problem+json\r\n", body)).await;
    let error = ask_passport(&origin).await.unwrap_err();
    assert_eq!((error.problem(), error.sent()), (Some(Problem::ClaimRefused), Sent::Yes));
    assert!(matches!(error, RelayError::Refused { refusal: Some(word), .. } if word == "kb-nonce"));

    let body = r#"{"type":"https://x/problems/from-the-future","status":499,"title":"t"}"#;
    let (origin, _) = server(response("499 No", "content-type: application/problem+json\r\n", body)).await;
    let error = ask_passport(&origin).await.unwrap_err();
    assert!(
        matches!(error, RelayError::Refused { problem: None, ref word, .. } if word == "from-the-future")
    );
}

#[tokio::test]
async fn what_is_no_relay_is_called_foreign() {
    let word = "<b>click here</b>";
    for (status, headers, body) in [
        ("502 Bad Gateway", "content-type: text/html\r\n", "<h1>proxy</h1>".to_owned()),
        ("200 OK", "", "{}".to_owned()),
        ("200 OK", "", r#"{"passport":"a","passport":"b"}"#.to_owned()),
        ("200 OK", "", format!(r#"{{"passport":"{}"}}"#, "x".repeat(65_536))),
        (
            "400 No",
            "content-type: application/problem+json\r\n",
            format!(r#"{{"type":"https://x/{word}","status":400,"title":"t"}}"#),
        ),
    ] {
        let (origin, _) = server(response(status, headers, &body)).await;
        let error = ask_passport(&origin).await.unwrap_err();
        assert!(matches!(error, RelayError::Foreign { .. }), "{status}: {error:?}");
        assert_eq!(error.sent(), Sent::Perhaps);
    }
}

#[tokio::test]
async fn not_sent_and_perhaps_sent_are_told_apart() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let error = ask_passport(&origin).await.unwrap_err();
    assert!(matches!(error, RelayError::NotSent(_)), "{error:?}");
    assert_eq!(error.sent(), Sent::No);

    let (origin, _) = server(Vec::new()).await;
    let error = ask_passport(&origin).await.unwrap_err();
    assert!(matches!(error, RelayError::MayHaveArrived(_)), "broken before the answer: {error:?}");
    assert_eq!(error.sent(), Sent::Perhaps);

    let (origin, _) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"pass".to_vec()).await;
    let error = ask_passport(&origin).await.unwrap_err();
    assert!(matches!(error, RelayError::MayHaveArrived(_)), "broken inside the answer: {error:?}");
}

#[tokio::test]
async fn addresses_of_another_relay_are_not_asked() {
    let (origin, mut came) = server(Vec::new()).await;
    for address in [
        "https://elsewhere.example/v1/response/x",
        &format!("{origin}1/x"),
        &format!("{origin}.evil.example/x"),
    ] {
        let error = client(&origin).answer(address, b"", |_, _| Ok("proof".into())).await.unwrap_err();
        assert!(matches!(error, RelayError::Address(_)), "{address}: {error:?}");
    }
    assert!(came.try_recv().is_err());
}

#[tokio::test]
async fn names_of_this_computer_are_not_looked_up() {
    let (origin, came) = server(response("200 OK", "content-type: application/jwt\r\n", "a.b.c\n")).await;
    let port = origin.rsplit(':').next().unwrap();
    let sector = Sector::parse(&format!("shoes.localhost:{port}")).unwrap();
    let statement = well_known::fetch_statement(&Connection::open().unwrap(), &sector).await.unwrap();
    assert_eq!(statement, "a.b.c");
    assert!(came.await.unwrap().starts_with("GET /.well-known/passerby-statement.jwt HTTP/1.1\r\n"));
}

#[tokio::test]
async fn messages_never_name_the_address() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let address = format!("{origin}/v1/response/secret-request-id");
    let error = client(&origin).answer(&address, b"", |_, _| Ok("proof".into())).await.unwrap_err();
    assert!(!format!("{error:?}").contains("secret-request-id"), "{error:?}");
}

async fn fetch_request(origin: &str) -> Result<String, RelayError> {
    let uri = RequestUri::parse(&format!("{origin}/r/cmVxdWVzdC1vZi1hLXNjZW5l")).unwrap();
    client(origin).fetch_request(&uri, |_, _| Ok("proof".into())).await
}

#[tokio::test]
async fn no_more_is_read_than_a_request_may_have() {
    let (origin, _) = server(response("200 OK", "", &"x".repeat(65_536))).await;
    assert_eq!(fetch_request(&origin).await.unwrap().len(), 65_536);
    let (origin, _) = server(response("200 OK", "", &"x".repeat(65_537))).await;
    let error = fetch_request(&origin).await.unwrap_err();
    assert!(matches!(error, RelayError::Foreign { status: 200 }), "{error:?}");
}

#[tokio::test]
async fn a_cookie_is_not_brought_back() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let came = tokio::spawn(async move {
        let mut came = Vec::new();
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 65_536];
            let read = stream.read(&mut request).await.unwrap();
            came.push(String::from_utf8_lossy(&request[..read]).to_ascii_lowercase());
            let answer = response("200 OK", "set-cookie: who=you; Path=/\r\n", "a.b.c");
            stream.write_all(&answer).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        came
    });
    let relay = client(&origin);
    let uri = RequestUri::parse(&format!("{origin}/r/cmVxdWVzdC1vZi1hLXNjZW5l")).unwrap();
    for _ in 0..2 {
        relay.fetch_request(&uri, |_, _| Ok("proof".into())).await.unwrap();
    }
    for request in came.await.unwrap() {
        assert!(request.contains("\r\naccept: application/oauth-authz-req+jwt\r\n"), "{request}");
        assert!(!request.contains("cookie:") && !request.contains("user-agent:"), "{request}");
    }
}
