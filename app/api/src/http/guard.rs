//! Ends a handler that takes too long, and turns one that panics into an answer.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::http::error::ApiError;

/// Shorter than the time a stopping process gives its requests.
const LIMIT: Duration = Duration::from_secs(8);

/// Runs a handler within the limits.
///
/// # Errors
/// When the time passed or the handler panicked. Dropping it rolls back what it had begun.
pub(crate) async fn run<F: Future>(handler: F) -> Result<F::Output, ApiError> {
    match tokio::time::timeout(LIMIT, caught(handler)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(ApiError::TimedOut),
    }
}

async fn caught<F: Future>(handler: F) -> Result<F::Output, ApiError> {
    let mut handler = pin!(handler);
    // Sound to assert: after a panic the handler is not polled again.
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(_) => Poll::Ready(Err(ApiError::Bug("the handler panicked"))),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{ApiError, run};

    #[tokio::test]
    async fn a_panic_becomes_an_error() {
        let outcome = run(async { panic!("on purpose") }).await;
        assert!(matches!(outcome, Err::<(), _>(ApiError::Bug(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_handler_that_never_ends_is_ended() {
        let outcome = run(std::future::pending::<()>()).await;
        assert!(matches!(outcome, Err(ApiError::TimedOut)));
    }
}
