//! `--log`: what the program does, on standard error.

use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts the log, if one is wanted. Only our own crates may speak: the ones below name addresses and bodies.
pub fn start(filter: Option<&str>) {
    let Some(filter) = filter else { return };
    let ours = filter_fn(|metadata| metadata.target().starts_with("passerby"));
    let layer =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false).with_filter(ours);
    tracing_subscriber::registry().with(EnvFilter::new(filter)).with(layer).init();
}
