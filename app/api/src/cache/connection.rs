//! One connection to Redis that all requests share; replaced after any failure, with a limit on each command.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Cmd, FromRedisValue, RedisResult};

/// The cache is worth waiting for only while it is faster than the database.
const LIMIT: Duration = Duration::from_millis(250);

/// Connects when first used.
pub(crate) struct Connection {
    client: redis::Client,
    current: Mutex<Option<MultiplexedConnection>>,
}

impl Connection {
    /// Keeps the address; connects later.
    pub(crate) fn new(client: redis::Client) -> Self {
        Self { client, current: Mutex::new(None) }
    }

    /// Sends one command and reads its answer.
    ///
    /// # Errors
    /// What Redis or the network said, or that the limit passed.
    pub(crate) async fn query<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        let outcome = tokio::time::timeout(LIMIT, self.send(command)).await;
        let outcome = outcome
            .unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()));
        if outcome.is_err() {
            // A host that vanished leaves a connection that looks open for minutes: never use it twice.
            self.replace(None);
        }
        outcome
    }

    async fn send<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut connection = if let Some(connection) = current {
            connection
        } else {
            let connection = self.connect().await?;
            self.replace(Some(connection.clone()));
            connection
        };
        command.query_async(&mut connection).await
    }

    async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(LIMIT))
            .set_response_timeout(Some(LIMIT));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }

    fn replace(&self, connection: Option<MultiplexedConnection>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = connection;
    }
}
