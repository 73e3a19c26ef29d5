//! Asking the process to stop. As process 1 of a container, a signal nobody listens to is ignored by the
//! kernel, so the listeners are installed before anything else happens.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The two signals that mean "stop".
pub(crate) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Starts listening; signals from here on are kept until asked for.
    ///
    /// # Errors
    /// When the system refuses the listener.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next signal and returns its name.
    pub(crate) async fn next(&mut self) -> &'static str {
        // Both are cancel-safe: an unread signal is returned by the next call.
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
