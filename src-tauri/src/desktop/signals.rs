//! The signals by which a session, a service or a terminal ends a program.
//!
//! What it must never do: end the program by itself. It says that it is time; what is to be done first is the program's.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// From its making on these signals no longer end the program at once.
pub struct EndSignals([Signal; 3]);

impl EndSignals {
    /// Listens. Only where the system lets a program listen, inside a runtime.
    pub fn listen() -> std::io::Result<Self> {
        let [terminate, interrupt, hangup] =
            [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
        Ok(Self([terminate?, interrupt?, hangup?]))
    }

    /// Waits for one of them.
    pub async fn wait(&mut self) {
        let Self([terminate, interrupt, hangup]) = self;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
