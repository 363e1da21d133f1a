//! The person's own copies at the relays (docs/protocol.md section 14): left after a delivery, when the window has said that it
//! arrived. Without them the 24 words bring back no name in a shop.
//!
//! What it must never do: hold up an answer; ask the relays of several shops for one of them.

use std::collections::BTreeSet;
use std::mem;
use std::sync::Mutex;

use passerby_protocol::sector::Sector;
use tauri::{AppHandle, Manager as _, Runtime};
use tokio::sync::Notify;

use crate::shell::{Shell, unpoisoned};

/// The shops to which something was delivered since.
#[derive(Debug, Default)]
pub struct DueCopies {
    sectors: Mutex<BTreeSet<Sector>>,
    bell: Notify,
}

impl DueCopies {
    /// Something was delivered to this shop.
    pub fn want(&self, sector: Sector) {
        unpoisoned(&self.sectors).insert(sector);
        self.bell.notify_one();
    }
}

/// Leaves them as they become due, for as long as the program runs.
pub async fn watch<R: Runtime>(app: AppHandle<R>) {
    loop {
        let shell = app.state::<Shell>();
        shell.due_copies().bell.notified().await;
        leave_due(&shell).await;
    }
}

/// Leaves those that are due now. What goes wrong is tried again with the next answer to that shop.
pub async fn leave_due(shell: &Shell) {
    let sectors = mem::take(&mut *unpoisoned(&shell.due_copies().sectors));
    let (Ok(open), Ok(mut rng)) = (shell.open().await, shell.rng()) else { return };
    for sector in sectors {
        match open.wallet().leave_self_copies(Some(&sector), &mut rng).await {
            Ok(copies) if copies.due == 0 => {}
            Ok(_) | Err(_) => tracing::info!("a copy for the spare key could not be left"),
        }
    }
}
