//! Connections on which somebody waits for a word.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// So many come at a time.
const AT_A_TIME: usize = 64;

pub struct Crowd(Vec<TcpStream>);

impl Crowd {
    /// Everybody connects, asks, and has heard the first word.
    pub async fn gather(base: &str, count: usize, ask: impl Fn(usize) -> Result<String>) -> Result<Self> {
        let address = base.strip_prefix("http://").context("the server speaks plain HTTP")?;
        let mut crowd = Vec::with_capacity(count);
        for first in (0..count).step_by(AT_A_TIME) {
            let mut coming = JoinSet::new();
            for number in first..count.min(first + AT_A_TIME) {
                let (address, question) = (address.to_owned(), ask(number)?);
                coming.spawn(async move {
                    let mut stream = TcpStream::connect(address).await?;
                    stream.write_all(question.as_bytes()).await?;
                    let said = read(&mut stream, "waiting").await?;
                    ensure!(said.starts_with("HTTP/1.1 200"), "{said}");
                    Ok((number, stream))
                });
            }
            let mut come = Vec::new();
            while let Some(joined) = coming.join_next().await {
                come.push(joined.context("a task ended early")??);
            }
            come.sort_by_key(|(number, _)| *number);
            crowd.extend(come.into_iter().map(|(_, stream)| stream));
        }
        Ok(Self(crowd))
    }

    /// Seconds from when somebody begins to wake one of them until they have heard it.
    pub async fn time(&mut self, number: usize, wake: impl Future<Output = Result<()>>) -> Result<f64> {
        let stream = self.0.get_mut(number).context("nobody of that number waits")?;
        let begun = Instant::now();
        let heard = async {
            read(stream, "fetched").await?;
            Ok(begun.elapsed().as_secs_f64())
        };
        let (heard, ()) = tokio::try_join!(heard, wake)?;
        Ok(heard)
    }
}

/// Reads until a word has come.
async fn read(stream: &mut TcpStream, word: &str) -> Result<String> {
    let mut said = String::new();
    let mut buffer = [0; 2_048];
    while !said.contains(&format!("\"state\":\"{word}\"")) {
        let count = stream.read(&mut buffer).await?;
        ensure!(count > 0, "the connection ended: {said}");
        said.push_str(std::str::from_utf8(&buffer[..count])?);
    }
    Ok(said)
}
