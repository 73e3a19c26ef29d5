//! Sends a request again where that is safe.
//!
//! Every action of a plan can be repeated: the adapters treat "it is so already" as done. The one
//! exception is the creation of a container, whose repetition finds its own result under the
//! name; the caller tells it by the hash label.

use crate::{EngineError, ErrorKind, Result};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often a request is sent when the connection breaks.
const ATTEMPTS: u32 = 3;
/// How long a start waits for a port that a container of the same plan is about to free.
const PORT_PATIENCE: Duration = Duration::from_secs(5);

/// Runs a request, again when the connection broke; gives the attempt's number, from 1.
pub(crate) async fn repeat<T, F>(mut request: impl FnMut(u32) -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut attempt = 1;
    loop {
        match request(attempt).await {
            Err(error) if error.is_transient() && attempt < ATTEMPTS => {
                sleep(Duration::from_millis(100) * attempt).await;
                attempt += 1;
            }
            result => return result,
        }
    }
}

/// Runs a start, again while its port is taken: within one plan two containers may swap a port.
pub(crate) async fn until_port_is_free<F>(mut start: impl FnMut() -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    let deadline = Instant::now() + PORT_PATIENCE;
    loop {
        match start().await {
            Err(EngineError { kind: ErrorKind::PortInUse, .. }) if Instant::now() < deadline => {
                sleep(Duration::from_millis(100)).await;
            }
            result => return result,
        }
    }
}
