//! An engine in memory, for tests.
//!
//! It behaves as Docker Engine 20.10 does in everything that the planner, the executor and the
//! contract suite can see: names, image merge, networks, ports, volumes, states, restarts,
//! health. It is deterministic: ids come from a counter, time is tokio's (so that a paused clock
//! makes every wait instant), processes do what a [`Behaviour`] says. Calls are journaled, and
//! can be made to fail, to lose their answer, or to find that wharf was killed.

mod behaviour;
mod builtin;
mod calls;
mod clock;
mod containers;
mod images;
mod input;
mod lifecycle;
mod networks;
mod processes;
mod report;
mod setup;
mod state;
mod streams;
mod system;

pub use behaviour::{Behaviour, Ending, HealthScript};
pub use calls::{Call, Moment};

use crate::Result;
use calls::{Calls, Permit, Verdict};
use state::State;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// The engine; clones share one world.
#[derive(Debug, Clone)]
pub struct FakeEngine {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    calls: Mutex<Calls>,
    /// Counts changes, so that waits look again.
    changed: watch::Sender<u64>,
}

impl Default for FakeEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeEngine {
    /// An engine without anything; the three networks of its own are not shown.
    pub fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                state: Mutex::default(),
                calls: Mutex::default(),
                changed: watch::channel(0).0,
            }),
        }
    }

    /// The world as it is now: everything that was due has happened.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.settle(Instant::now());
        state
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.shared.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn announce(&self) {
        self.shared.changed.send_modify(|count| *count += 1);
    }

    /// A call that changes something: journaled, counted, and open to faults.
    async fn change<T>(
        &self,
        name: &'static str,
        argument: String,
        effect: impl FnOnce(&mut State) -> Result<T> + Send,
    ) -> Result<T> {
        let (_permit, verdict) = self.begin_change(name, argument).await?;
        let result = {
            let mut state = self.state();
            state.tick();
            effect(&mut state)
        };
        self.announce();
        match verdict {
            Verdict::Lost(error) => Err(error),
            Verdict::Fine => result,
        }
    }

    /// Counts the call and lets its faults strike; the permit ends with the call.
    async fn begin_change(
        &self,
        name: &'static str,
        argument: String,
    ) -> Result<(Permit, Verdict)> {
        let (verdict, latency) = {
            let mut calls = self.calls();
            (calls.begin(name, argument), calls.latency)
        };
        let permit = Permit::new(Arc::clone(&self.shared));
        pass_time(latency).await;
        Ok((permit, verdict?))
    }

    /// A call that only looks.
    async fn look<T>(
        &self,
        name: &'static str,
        argument: &str,
        read: impl FnOnce(&mut State) -> Result<T> + Send,
    ) -> Result<T> {
        let latency = {
            let mut calls = self.calls();
            calls.look(name, argument)?;
            calls.latency
        };
        pass_time(latency).await;
        read(&mut self.state())
    }

    /// Waits until `check` finds what it looks for.
    async fn until<T>(&self, mut check: impl FnMut(&mut State) -> Option<T> + Send) -> T {
        let mut changed = self.shared.changed.subscribe();
        loop {
            let deadline = {
                let mut state = self.state();
                if let Some(found) = check(&mut state) {
                    return found;
                }
                state.next_deadline()
            };
            tokio::select! {
                _ = changed.changed() => {}
                () = until_instant(deadline) => {}
            }
        }
    }
}

/// Other tasks get their turn within every call, as they do with a real engine.
async fn pass_time(latency: Duration) {
    if latency.is_zero() {
        tokio::task::yield_now().await;
    } else {
        tokio::time::sleep(latency).await;
    }
}

async fn until_instant(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
