//! A run as wallets and shops see it: steps are counted, and each may be the one before which something fails.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::plan::{Fault, Kind, Plan};

#[derive(Debug)]
pub struct World {
    pub seed: u64,
    /// Whether the relay's clock may have been beside the truth.
    pub clock_jumps: bool,
    /// How long faults last in all.
    pub away: Duration,
    steps: AtomicU32,
    faults: Mutex<(VecDeque<Fault>, Option<UnboundedSender<Fault>>)>,
    /// What no relay may say, whatever fails.
    mistakes: Mutex<Vec<String>>,
}

impl World {
    /// With the way on which faults become due.
    pub fn new(plan: &Plan) -> (Self, UnboundedReceiver<Fault>) {
        let (tell, due) = unbounded_channel();
        let world = Self {
            seed: plan.seed,
            clock_jumps: plan.has(Kind::ClockJump),
            away: plan.faults.iter().map(|fault| fault.length).sum(),
            steps: AtomicU32::default(),
            faults: Mutex::new((plan.faults.iter().copied().collect(), Some(tell))),
            mistakes: Mutex::default(),
        };
        (world, due)
    }

    /// Called before each step of a wallet or a shop.
    pub fn step(&self) {
        let step = self.steps.fetch_add(1, Ordering::SeqCst);
        let mut faults = self.faults.lock().unwrap();
        while faults.0.front().is_some_and(|fault| fault.at <= step) {
            let (Some(fault), Some(tell)) = (faults.0.pop_front(), &faults.1) else { return };
            // Whoever listens has failed, and says so.
            let _ = tell.send(fault);
        }
    }

    /// Nothing fails any more. Returns how many faults never became due.
    pub fn calm_down(&self) -> usize {
        let mut faults = self.faults.lock().unwrap();
        faults.1 = None;
        faults.0.len()
    }

    pub fn is_calm(&self) -> bool {
        self.faults.lock().unwrap().1.is_none()
    }

    pub fn steps(&self) -> u32 {
        self.steps.load(Ordering::SeqCst)
    }

    /// Before a step is tried again: as a person or a program would, later and later.
    pub async fn pause(&self, tries: &mut u32) {
        let millis = (20_u64 << (*tries).min(5)).min(400);
        *tries += 1;
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    /// Something that a relay must never say.
    pub fn note_mistake(&self, what: impl Into<String>) {
        self.mistakes.lock().unwrap().push(what.into());
    }

    pub fn mistakes(&self) -> Vec<String> {
        self.mistakes.lock().unwrap().clone()
    }
}
