//! One connection for one sector.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap};
use reqwest::{Certificate, Method, Response, redirect, tls};

use super::RelayError;
use super::address::parse_address;
use super::resolver::Resolver;
use crate::LARGEST_BODY;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an exchange may take as a whole.
const EXCHANGE: Duration = Duration::from_secs(30);
/// An idle connection is not kept for longer: it would tell how long a person thinks.
const IDLE: Duration = Duration::from_secs(5);

/// The client could not be set up: this computer's certificates cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("connections cannot be secured on this computer")]
pub struct ConnectionError(#[source] reqwest::Error);

/// A connection that is used for one sector and then dropped. No redirect, no cookie, no proxy, no name of a product.
#[derive(Debug, Clone)]
pub struct Connection {
    client: reqwest::Client,
}

/// What is sent.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub method: Method,
    pub address: String,
    pub headers: HeaderMap,
    pub body: Option<Vec<u8>>,
}

/// An answer whose status is there and whose body is not read yet.
#[derive(Debug)]
pub(crate) struct Begun {
    pub status: u16,
    response: Response,
}

/// What came back, whatever its status.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub media_type: String,
    pub body: Vec<u8>,
}

impl Connection {
    /// Sets up a connection; nothing is sent.
    pub fn open() -> Result<Self, ConnectionError> {
        Self::open_trusting(&[])
    }

    /// The same for a host whose certificate may also come from one of these authorities (DER), which the person added.
    pub fn open_trusting(added: &[Vec<u8>]) -> Result<Self, ConnectionError> {
        Self::open_for(added, EXCHANGE)
    }

    fn open_for(added: &[Vec<u8>], exchange: Duration) -> Result<Self, ConnectionError> {
        let added: Result<Vec<_>, _> = added.iter().map(|der| Certificate::from_der(der)).collect();
        let client = reqwest::Client::builder()
            .tls_certs_merge(added.map_err(ConnectionError)?)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .tls_version_min(tls::Version::TLS_1_3)
            .tls_info(true)
            .dns_resolver(Arc::new(Resolver))
            .connect_timeout(CONNECT)
            .timeout(exchange)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(ConnectionError)?;
        Ok(Self { client })
    }

    /// Sends and reads at most [`LARGEST_BODY`] bytes; more is no answer of anybody we speak to.
    pub(crate) async fn exchange(&self, exchange: Exchange) -> Result<Reply, RelayError> {
        self.send(exchange).await?.read().await
    }

    /// Sends and waits until an answer begins.
    pub(crate) async fn send(&self, exchange: Exchange) -> Result<Begun, RelayError> {
        let url = parse_address(&exchange.address)?;
        let mut request = self.client.request(exchange.method, url).headers(exchange.headers);
        if let Some(body) = exchange.body {
            request = request.body(body);
        }
        let response = request.send().await?;
        Ok(Begun { status: response.status().as_u16(), response })
    }
}

impl Begun {
    /// The clock of whoever answered, as it says.
    pub fn find_date(&self) -> Option<String> {
        self.response.headers().get(DATE)?.to_str().ok().map(str::to_owned)
    }

    /// The certificate of whoever answered (DER).
    pub fn find_certificate(&self) -> Option<Vec<u8>> {
        self.response.extensions().get::<tls::TlsInfo>()?.peer_certificate().map(<[u8]>::to_vec)
    }

    /// The whole answer.
    pub async fn read(self) -> Result<Reply, RelayError> {
        let status = self.status;
        let media_type = self
            .response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match self.read_start().await? {
            (body, true) => Ok(Reply { status, media_type, body }),
            (_, false) => Err(RelayError::Foreign { status }),
        }
    }

    /// The first [`LARGEST_BODY`] bytes, and whether that is all.
    pub async fn read_start(mut self) -> Result<(Vec<u8>, bool), RelayError> {
        let mut body = Vec::new();
        while let Some(chunk) = self.response.chunk().await? {
            let room = LARGEST_BODY - body.len();
            body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            if chunk.len() > room {
                return Ok((body, false));
            }
        }
        Ok((body, true))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::client::Sent;

    /// Whoever never ends an answer would hold the wallet for as long as it likes.
    #[tokio::test]
    async fn an_answer_that_never_comes_or_never_ends_is_given_up_and_may_have_arrived() {
        for begins in ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = format!("http://{}/answers/1", listener.local_addr().unwrap());
            let silent = tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut read = vec![0; 4_096];
                let length = stream.read(&mut read).await.unwrap();
                stream.write_all(begins.as_bytes()).await.unwrap();
                // Until the other side has had enough.
                while stream.read(&mut read[length..]).await.is_ok_and(|more| more > 0) {}
                read.truncate(length);
                read
            });
            let connection = Connection::open_for(&[], Duration::from_millis(300)).unwrap();
            let exchange = Exchange {
                method: Method::POST,
                address,
                headers: HeaderMap::new(),
                body: Some(b"x".into()),
            };
            let error = connection.exchange(exchange).await.unwrap_err();
            assert!(matches!(error, RelayError::MayHaveArrived(_)), "{error:?}");
            assert_eq!(error.sent(), Sent::Perhaps);
            assert!(silent.await.unwrap().starts_with(b"POST /answers/1 "));
        }
    }
}
