//! Brings the schema up to date. Any number of replicas may start this at once: one applies, the others wait
//! for it, look again, and find nothing left to do.
//!
//! The lock is a row with a lease, not a session lock: session locks are lost or shared behind a pooler in
//! transaction mode. While a file is applied its transaction also holds that row, so a lease that runs out
//! during a long file cannot be taken over before the file is committed.

mod files;
mod lease;

use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Acquire, ConnectOptions, PgConnection};

use crate::config::Config;
use crate::db;
use crate::shutdown::StopSignals;
use crate::telemetry;
use files::{FILES, Migration};
use lease::Lease;

/// Pause between two attempts to connect.
const RETRY: Duration = Duration::from_millis(500);
/// A database behind a firewall that drops packets must not hold one attempt for minutes.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Two sessions that create the same table at once can collide in the catalogue; the loser tries again.
const PREPARE_ATTEMPTS: u32 = 5;

/// Why the schema is not up to date.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MigrateError {
    /// Signals cannot be listened to.
    #[error("listen for signals")]
    Signals(#[from] std::io::Error),
    /// Somebody asked to stop.
    #[error("stopped by {0}; the file in progress was rolled back")]
    Stopped(&'static str),
    /// The database did not accept a connection in time, or refused this one.
    #[error("connect to the database")]
    Connect(#[source] sqlx::Error),
    /// The tables of this module could not be used.
    #[error("read or write the record of migrations")]
    Record(#[from] sqlx::Error),
    /// The statements of a file failed; the file left nothing behind.
    #[error("apply `{name}`")]
    Apply {
        /// The file.
        name: &'static str,
        /// What the database said.
        #[source]
        source: sqlx::Error,
    },
    /// A file was edited after it was applied.
    #[error("`{0}` was changed after it was applied; add a new file instead")]
    Changed(&'static str),
    /// The lease ran out between two files and another run took it.
    #[error("another run took over")]
    LeaseLost,
}

/// Applies what is missing and logs each file.
///
/// # Errors
/// When the schema is not known to be up to date.
pub(crate) async fn run(config: &Config) -> Result<(), MigrateError> {
    let mut signals = StopSignals::listen()?;
    tokio::select! {
        outcome = migrate(config) => outcome,
        // As process 1 of a container nobody else would end us.
        signal = signals.next() => Err(MigrateError::Stopped(signal)),
    }
}

async fn migrate(config: &Config) -> Result<(), MigrateError> {
    let mut connection = connect(&config.database, config.database_wait).await?;
    prepare(&mut connection).await?;
    let lease = Lease::acquire(&mut connection).await?;
    let outcome = apply_missing(&mut connection, &lease).await;
    let released = lease.release(&mut connection).await;
    let applied = outcome?;
    released?;
    tracing::info!(applied, known = FILES.len(), "the schema is up to date");
    Ok(())
}

async fn connect(
    options: &PgConnectOptions,
    patience: Duration,
) -> Result<PgConnection, MigrateError> {
    let deadline = Instant::now() + patience;
    let mut announced = false;
    loop {
        let attempt = tokio::time::timeout(CONNECT_LIMIT, options.connect()).await;
        let error = match attempt {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()),
        };
        // A wrong password stays wrong.
        if !db::is_unavailable(&error) || Instant::now() + RETRY > deadline {
            return Err(MigrateError::Connect(error));
        }
        if !announced {
            tracing::info!(error = %telemetry::chain(&error), "waiting for the database");
            announced = true;
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn prepare(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let mut attempt = 1;
    loop {
        match sqlx::raw_sql(files::TABLES).execute(&mut *connection).await {
            Ok(_) => return Ok(()),
            Err(error) if attempt < PREPARE_ATTEMPTS && is_collision(&error) => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

/// PostgreSQL, appendix A: unique violation (of the catalogue), duplicate table, duplicate object.
fn is_collision(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("23505" | "42P07" | "42710"))
}

async fn apply_missing(
    connection: &mut PgConnection,
    lease: &Lease,
) -> Result<usize, MigrateError> {
    let recorded = files::recorded(connection).await?;
    if let Some(newest) =
        recorded.iter().rev().find(|record| FILES.iter().all(|file| file.version != record.version))
    {
        // A replica of an older release during a roll back or hand-over: its own files are applied, it can serve.
        tracing::warn!(version = newest.version, "the schema is newer than this release");
    }
    let mut applied = 0;
    for file in FILES {
        match recorded.iter().find(|record| record.version == file.version && record.finished) {
            Some(record) if record.checksum != file.checksum() => {
                return Err(MigrateError::Changed(file.name));
            }
            Some(_) => {}
            None => {
                apply(connection, lease, file).await?;
                applied += 1;
            }
        }
    }
    Ok(applied)
}

/// One file, one transaction: it is applied and recorded, or neither.
async fn apply(
    connection: &mut PgConnection,
    lease: &Lease,
    file: &'static Migration,
) -> Result<(), MigrateError> {
    let started = Instant::now();
    files::record_start(connection, file).await?;
    let mut transaction = connection.begin().await?;
    lease.renew(&mut transaction).await?;
    sqlx::raw_sql(file.sql)
        .execute(&mut *transaction)
        .await
        .map_err(|source| MigrateError::Apply { name: file.name, source })?;
    files::record_finish(&mut transaction, file).await?;
    lease.renew(&mut transaction).await?;
    transaction.commit().await?;
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(name = file.name, took_ms, "applied");
    Ok(())
}
