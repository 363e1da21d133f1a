//! How the relay listens: what happens to a connection before a room hears of it.
//!
//! ```text
//! socket ──▶ seats: is there room ──▶ certificate: TLS ──▶ connection: deadlines ──▶ caller: who it is ──▶ router
//!                                                               └──▶ parked: somebody only waits
//! ```
//!
//! Plain HTTP is for this computer and for proxies that the admin named, never for the world. The address of a caller is used to
//! count and for nothing else: it is never logged, stored or handed to a room.

mod acme;
mod activity;
mod caller;
mod certificate;
mod connection;
mod lent;
mod limits;
mod parked;
pub mod plan;
mod reload;
mod seats;
pub mod sockets;
pub mod supervisor;

use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

pub use acme::{Authority, Keeper};
pub use caller::{Caller, Callers, ProxyHeader, TrustedProxy};
pub use certificate::{CertificateError, CertificateSource};
pub use limits::Limits;
pub use plan::Security;
pub use reload::Certificates;

use crate::meters::{self, TurnedAway};
use connection::Line;
use parked::Parked;
use seats::{Seat, Seats};

/// A socket, and how it is listened on.
pub struct Listening {
    listener: TcpListener,
    security: Security,
    callers: Callers,
    limits: Limits,
}

/// Plain HTTP, for this computer, with the limits that a configuration has by itself.
impl From<TcpListener> for Listening {
    fn from(listener: TcpListener) -> Self {
        Self::new(listener, Security::Plain, Callers::default(), Limits::default())
    }
}

impl Listening {
    #[must_use]
    pub fn new(listener: TcpListener, security: Security, callers: Callers, limits: Limits) -> Self {
        Self { listener, security, callers, limits }
    }

    /// Whether this relay speaks TLS itself.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        matches!(self.security, Security::Tls(_))
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Takes connections until told to stop, then waits for what is under way.
    pub(crate) async fn run(self, router: Router, mut stopped: watch::Receiver<bool>) {
        let seats = Seats::new(&self.limits);
        let line = Arc::new(Line {
            security: self.security,
            callers: self.callers,
            limits: self.limits,
            router,
            stopped: stopped.clone(),
        });
        let mut connections: JoinSet<Option<(Parked, Seat)>> = JoinSet::new();
        loop {
            let (room, accepted) = tokio::select! {
                // An error means that the sender is gone, which is as good as being told.
                _ = stopped.wait_for(|stop| *stop) => break,
                next = async { (seats.wait().await, self.listener.accept().await) } => next,
                // What has ended is not kept, unless somebody waits there.
                Some(ended) = connections.join_next() => {
                    park(&mut connections, ended);
                    continue;
                }
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    sockets::wait_after(&error).await;
                    continue;
                }
            };
            let peer = peer.ip().to_canonical();
            if !line.may_speak(peer) {
                meters::turn_away(TurnedAway::Plain);
                continue;
            }
            let Some(seat) = seats.take(room, line.callers.find_direct(peer)) else {
                meters::turn_away(TurnedAway::Crowd);
                continue;
            };
            let line = Arc::clone(&line);
            connections.spawn(async move {
                // Another one may sit down when this is over, and not before.
                line.serve(stream, peer).await.map(|parked| (parked, seat))
            });
        }
        drop(self.listener);
        while let Some(ended) = connections.join_next().await {
            park(&mut connections, ended);
        }
    }
}

/// Keeps a connection on which somebody waits, in a task of its own: a small one.
fn park(connections: &mut JoinSet<Option<(Parked, Seat)>>, ended: Result<Option<(Parked, Seat)>, JoinError>) {
    let Ok(Some((parked, mut seat))) = ended else { return };
    seat.leave_address();
    connections.spawn(async move {
        parked.keep().await;
        drop(seat);
        None
    });
}
