//! The files of the schema, in order, and the record of what was applied.

use sha2::{Digest, Sha256};
use sqlx::PgConnection;

/// One file of the schema.
#[derive(Debug)]
pub(crate) struct Migration {
    /// Position in the order; never reused.
    pub(crate) version: i32,
    /// File name without its ending.
    pub(crate) name: &'static str,
    /// Its statements. They run in one transaction, so `CREATE INDEX CONCURRENTLY` is not for here.
    pub(crate) sql: &'static str,
}

/// All files, oldest first. A test compares this list with the folder.
pub(crate) const FILES: &[Migration] = &[
    Migration {
        version: 1,
        name: "0001_users",
        sql: include_str!("../../migrations/0001_users.sql"),
    },
    Migration {
        version: 2,
        name: "0002_posts",
        sql: include_str!("../../migrations/0002_posts.sql"),
    },
];

/// The two tables the runner keeps for itself.
pub(crate) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS schema_migrations (
        version integer PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        started_at timestamptz NOT NULL,
        finished_at timestamptz
    );
    CREATE TABLE IF NOT EXISTS schema_lease (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        holder uuid NOT NULL,
        expires_at timestamptz NOT NULL
    );
";

impl Migration {
    /// SHA-256 of the statements, in hexadecimal.
    pub(crate) fn checksum(&self) -> String {
        use std::fmt::Write as _;
        Sha256::digest(self.sql.as_bytes()).iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// What the database knows about one version.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Record {
    /// Position in the order.
    pub(crate) version: i32,
    /// Checksum of the file that was applied.
    pub(crate) checksum: String,
    /// False when the run that started it did not get to the end; its transaction left nothing behind.
    pub(crate) finished: bool,
}

/// Everything recorded, oldest first.
pub(crate) async fn recorded(connection: &mut PgConnection) -> Result<Vec<Record>, sqlx::Error> {
    sqlx::query_as(
        "SELECT version, checksum, finished_at IS NOT NULL AS finished FROM schema_migrations ORDER BY version",
    )
    .fetch_all(connection)
    .await
}

/// Notes that a file is being applied; also after an attempt that did not finish.
pub(crate) async fn record_start(
    connection: &mut PgConnection,
    file: &Migration,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO schema_migrations (version, name, checksum, started_at)
         VALUES ($1, $2, $3, clock_timestamp())
         ON CONFLICT (version) DO UPDATE
         SET name = excluded.name, checksum = excluded.checksum, started_at = excluded.started_at
         WHERE schema_migrations.finished_at IS NULL",
    )
    .bind(file.version)
    .bind(file.name)
    .bind(file.checksum())
    .execute(connection)
    .await
    .map(|_| ())
}

/// Notes that a file is applied; part of the transaction that applies it.
pub(crate) async fn record_finish(
    connection: &mut PgConnection,
    file: &Migration,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE schema_migrations SET finished_at = clock_timestamp() WHERE version = $1")
        .bind(file.version)
        .execute(connection)
        .await
        .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn the_list_is_the_folder_in_order() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let listed: Vec<_> = FILES.iter().map(|file| format!("{}.sql", file.name)).collect();
        assert_eq!(listed, names);
    }

    #[test]
    fn versions_count_up_from_one_and_lead_the_name() {
        for (index, file) in FILES.iter().enumerate() {
            assert_eq!(usize::try_from(file.version), Ok(index + 1));
            assert!(file.name.starts_with(&format!("{:04}_", file.version)), "{}", file.name);
        }
    }
}
