//! Ctrl-C and SIGTERM: the first ends the run cleanly, the second at once.

use crate::exit::Exit;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use wharf_term::Output;

/// Starts listening; the token is cancelled by the first signal.
pub(crate) fn listen(output: &Output) -> CancellationToken {
    let token = CancellationToken::new();
    let (watched, output) = (token.clone(), output.clone());
    tokio::spawn(async move {
        next().await;
        watched.cancel();
        output.tell("interrupted: finishing what is under way; once more ends at once");
        next().await;
        end();
    });
    token
}

/// Waits for one signal; without a way to hear signals it waits for ever.
pub(crate) async fn next() {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[expect(clippy::exit, reason = "the user asked twice; requests under way must not delay the end")]
fn end() -> ! {
    std::process::exit(i32::from(Exit::Interrupted.code()))
}
