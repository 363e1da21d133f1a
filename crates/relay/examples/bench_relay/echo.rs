//! The floor: an axum that reads a body of the same size and sends it back.

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use tokio::net::TcpListener;

/// Serves until it is ended, on a free port that is said on the first line.
pub async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    let router = Router::new().route("/echo", post(async |body: Bytes| body));
    Ok(axum::serve(listener, router).await?)
}
