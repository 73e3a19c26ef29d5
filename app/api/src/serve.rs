//! Answers requests until told to stop, then finishes those in flight.

use std::future::IntoFuture;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::app::App;
use crate::config::Config;
use crate::shutdown::StopSignals;

/// Closing idle connections is a courtesy to the database, not worth holding the exit.
const CLOSE_LIMIT: Duration = Duration::from_millis(500);

/// Why the service could not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// The address cannot be listened on.
    #[error("listen on {address}")]
    Listen {
        /// The configured address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The system refused something else.
    #[error("run the server")]
    System(#[from] io::Error),
}

/// Runs the service. Dependencies need not be there: health tells, and they are used once they answer.
///
/// # Errors
/// When the service cannot begin. A stop that was asked for is a success, also when its time ran out: an exit
/// code would make a restart policy start again what somebody stopped.
pub(crate) async fn run(config: Config) -> Result<(), ServeError> {
    let mut signals = StopSignals::listen()?;
    let app = App::prepare(&config);
    let database = app.database.clone();
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|source| ServeError::Listen { address: config.listen, source })?;
    let address = listener.local_addr()?;
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");

    let (stop, stopped) = oneshot::channel::<()>();
    // Answers are written whole: waiting for more to send only delays them.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let server = axum::serve(listener, app.router()).with_graceful_shutdown(async move {
        let _ = stopped.await;
    });
    let mut server = pin!(server.into_future());
    let signal = tokio::select! {
        outcome = &mut server => return Ok(outcome?),
        signal = signals.next() => signal,
    };
    tracing::info!(signal, "stopping: no new connections, finishing requests in flight");
    let _ = stop.send(());
    tokio::select! {
        outcome = &mut server => {
            outcome?;
            tracing::info!("stopped");
        }
        () = tokio::time::sleep(config.shutdown) => tracing::warn!("stopped before all requests were finished"),
        signal = signals.next() => tracing::warn!(signal, "stopped at once"),
    }
    let _ = tokio::time::timeout(CLOSE_LIMIT, database.close()).await;
    Ok(())
}
