//! PostgreSQL: the pool, a connection of its own for health, and what an error means for a caller.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection};

use crate::config::Config;

/// How long a request waits for a connection before it is answered 503.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(2);
/// A connection idle for longer is asked before use: a restarted database shows here, not in a request.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);
/// An idle connection that does not answer by then is replaced.
const PING_LIMIT: Duration = Duration::from_millis(500);

/// The database as the service sees it. Clones share the connections.
#[derive(Clone)]
pub(crate) struct Database {
    pool: PgPool,
    /// How health connects; that a check was slow is told by health itself.
    options: PgConnectOptions,
    /// Health has its own connection: a busy pool is not a database that is gone.
    probe: Arc<Mutex<Option<PgConnection>>>,
    /// When health last found the database gone.
    last_failure: Arc<Mutex<Option<Instant>>>,
}

impl Database {
    /// Prepares the pool without connecting: the service starts whether or not the database is there.
    pub(crate) fn prepare(config: &Config) -> Self {
        let last_failure = Arc::<Mutex<Option<Instant>>>::default();
        let failure = Arc::clone(&last_failure);
        let pool = PgPoolOptions::new()
            .max_connections(config.database_pool)
            .acquire_timeout(ACQUIRE_LIMIT)
            .test_before_acquire(false)
            .before_acquire(move |connection, meta| {
                // A connection older than the database's last failure may have died with it.
                let failed = *failure.lock().unwrap_or_else(PoisonError::into_inner);
                let is_suspect = failed.is_some_and(|at| at.elapsed() < meta.age);
                Box::pin(async move {
                    if is_suspect || meta.idle_for > TRUSTED_IDLE {
                        answers(connection).await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(config.database.clone());
        Self {
            pool,
            options: config.database.clone().disable_statement_logging(),
            probe: Arc::default(),
            last_failure,
        }
    }

    /// The pool requests use.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Asks the database for a sign of life. The caller sets the time limit.
    ///
    /// # Errors
    /// When the database cannot be reached or does not answer a statement.
    pub(crate) async fn check(&self) -> Result<(), sqlx::Error> {
        let outcome = self.ask().await;
        if outcome.is_err() {
            let now = Some(Instant::now());
            *self.last_failure.lock().unwrap_or_else(PoisonError::into_inner) = now;
        }
        outcome
    }

    async fn ask(&self) -> Result<(), sqlx::Error> {
        // Taken out, not borrowed: when the caller gives up, a connection in an unknown state is dropped with us.
        let kept = self.probe.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut connection = match kept {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        sqlx::query("SELECT 1").execute(&mut connection).await?;
        *self.probe.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
        Ok(())
    }

    /// Closes the connections that are not in use.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

async fn answers(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    match tokio::time::timeout(PING_LIMIT, connection.ping()).await {
        Ok(answer) => answer,
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}

/// What a database error means for the request it happened in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    /// The database cannot be used now; trying again later may work.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// A row broke a constraint of the schema.
    #[error("constraint `{constraint}` is violated")]
    Constraint {
        /// Name of the constraint or unique index.
        constraint: String,
        /// What the database said; may hold values of the row.
        #[source]
        source: sqlx::Error,
    },
    /// Anything else: a bug of ours.
    #[error("the statement failed")]
    Unexpected(#[source] sqlx::Error),
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        if is_unavailable(&error) {
            return Self::Unavailable(error);
        }
        match error.as_database_error().and_then(|error| error.constraint()) {
            Some(constraint) => {
                Self::Constraint { constraint: constraint.to_owned(), source: error }
            }
            None => Self::Unexpected(error),
        }
    }
}

/// True when the same statement may succeed once the database is back.
pub(crate) fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        // The server closed the connection in the middle of an answer.
        | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| is_unavailable_code(&code)),
        _ => false,
    }
}

/// PostgreSQL, appendix A: 08 connection exception, 53 insufficient resources, 57P0x operator intervention
/// (shutting down, crashed, starting up), 25006 read-only transaction (a standby after a failover).
fn is_unavailable_code(code: &str) -> bool {
    code.starts_with("08") || code.starts_with("53") || code.starts_with("57P0") || code == "25006"
}

#[cfg(test)]
mod tests {
    use super::{is_unavailable, is_unavailable_code};

    #[test]
    fn tells_a_database_that_is_gone_from_a_statement_that_is_wrong() {
        for code in ["08006", "53300", "57P01", "57P03", "25006"] {
            assert!(is_unavailable_code(code), "{code}");
        }
        for code in ["23505", "42P01", "22021", "57014"] {
            assert!(!is_unavailable_code(code), "{code}");
        }
        assert!(is_unavailable(&sqlx::Error::PoolTimedOut));
        assert!(!is_unavailable(&sqlx::Error::RowNotFound));
    }
}
