//! The right to change the schema: a row that names its holder and ends by itself when the holder dies.

use std::time::Duration;

use sqlx::PgConnection;
use uuid::Uuid;

use super::MigrateError;

/// How long a holder that died keeps the others waiting. Times are the database's: replicas' clocks differ.
const SECONDS: f64 = 30.0;
/// Pause between two looks at the row.
const POLL: Duration = Duration::from_millis(200);

/// Held by this run until released.
#[derive(Debug)]
pub(crate) struct Lease {
    holder: Uuid,
}

impl Lease {
    /// Waits until nobody else holds it. A living holder is waited for however long its files take.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn acquire(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let lease = Self { holder: Uuid::now_v7() };
        let mut announced = false;
        while !lease.try_acquire(connection).await? {
            if !announced {
                tracing::info!("waiting for another run to finish");
                announced = true;
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(lease)
    }

    /// Waits in the database while a file of the holder is being applied: its transaction holds the row.
    async fn try_acquire(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let outcome = sqlx::query(
            "INSERT INTO schema_lease (holder, expires_at)
             VALUES ($1, clock_timestamp() + make_interval(secs => $2))
             ON CONFLICT (only_row) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
             WHERE schema_lease.expires_at < clock_timestamp()",
        )
        .bind(self.holder)
        .bind(SECONDS)
        .execute(connection)
        .await?;
        Ok(outcome.rows_affected() == 1)
    }

    /// Extends it, and in a transaction also holds the row until the end.
    ///
    /// # Errors
    /// When it ran out and another run has it.
    pub(crate) async fn renew(&self, connection: &mut PgConnection) -> Result<(), MigrateError> {
        let outcome = sqlx::query(
            "UPDATE schema_lease SET expires_at = clock_timestamp() + make_interval(secs => $2) WHERE holder = $1",
        )
        .bind(self.holder)
        .bind(SECONDS)
        .execute(connection)
        .await?;
        if outcome.rows_affected() == 1 { Ok(()) } else { Err(MigrateError::LeaseLost) }
    }

    /// Gives it back.
    ///
    /// # Errors
    /// When the database fails; the lease then ends by itself.
    pub(crate) async fn release(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM schema_lease WHERE holder = $1")
            .bind(self.holder)
            .execute(connection)
            .await
            .map(|_| ())
    }
}
