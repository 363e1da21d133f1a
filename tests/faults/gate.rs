//! The issuer's address: hands each connection to one of the relays that can be reached.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// In front of all relays of a run. Knows nothing of what passes.
#[derive(Debug)]
pub struct Gate {
    pub address: SocketAddr,
    relays: Mutex<Vec<SocketAddr>>,
    turn: AtomicUsize,
}

impl Gate {
    pub async fn open() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let gate = Arc::new(Self { address, relays: Mutex::default(), turn: AtomicUsize::default() });
        let own = gate.clone();
        tokio::spawn(async move {
            loop {
                let Ok((caller, _)) = listener.accept().await else { continue };
                let gate = own.clone();
                tokio::spawn(async move { gate.pass(caller).await });
            }
        });
        gate
    }

    /// Who stands behind it from now on.
    pub fn lead_to(&self, relays: Vec<SocketAddr>) {
        *self.relays.lock().unwrap() = relays;
    }

    /// A caller for whom no relay can be reached is hung up on, as a proxy would.
    async fn pass(&self, mut caller: TcpStream) {
        let relays = self.relays.lock().unwrap().clone();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        for place in 0..relays.len() {
            let next = relays[(turn + place) % relays.len()];
            if let Ok(mut relay) = TcpStream::connect(next).await {
                drop(copy_bidirectional(&mut caller, &mut relay).await);
                return;
            }
        }
    }
}
