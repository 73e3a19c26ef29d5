//! Answers kept in Redis, and forgotten together when a resource changes.
//!
//! Each namespace has a generation: a random token. An entry stores the generations it was made under and is
//! a hit only while they are the current ones, so a write forgets every entry of a namespace, on every
//! replica, by setting one key. A token rather than a counter: a generation that was evicted or lost never
//! comes back, so neither does an entry made under it. One `MGET` answers a hit.
//!
//! The cache may be gone at any time. Every command has a short limit, a breaker keeps requests from queueing,
//! and a write whose invalidation failed is remembered and made up for before this replica reads again; other
//! replicas are behind for at most the life of an entry.

mod breaker;
mod connection;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use redis::{RedisError, RedisResult};
use uuid::Uuid;

use breaker::{Breaker, Tripped};
use connection::Connection;

/// Life of an entry in seconds: also the longest time a replica may be behind after a failure.
const LIFE: u64 = 60;
const PREFIX: &str = "api:1";

/// Answers that are forgotten together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Namespace {
    /// Anything that shows users.
    Users,
    /// Anything that shows posts.
    Posts,
}

impl Namespace {
    const ALL: [Self; 2] = [Self::Users, Self::Posts];

    fn key(self) -> String {
        let name = match self {
            Self::Users => "users",
            Self::Posts => "posts",
        };
        format!("{PREFIX}:generation:{name}")
    }
}

/// The result of asking for an entry.
#[derive(Debug)]
pub(crate) enum Lookup {
    /// The body that was stored.
    Hit(String),
    /// Nothing usable is stored; the ticket stores what the caller makes now.
    Miss(Ticket),
    /// There is no cache, or it does not answer.
    Bypass,
}

/// The right to store an entry under the generations that were current *before* the database was read. A
/// write in between changes the generation, so an answer that may be old is never a hit.
#[derive(Debug)]
pub(crate) struct Ticket {
    key: String,
    generations: String,
}

/// Handle of the cache. Clones share the connection and the breaker.
#[derive(Clone, Default)]
pub(crate) struct Cache(Option<Arc<Shared>>);

/// A write in progress. Dropped before it is settled (the client went away, the commit was not confirmed),
/// nobody knows whether the row changed: what was cached is then forgotten before this replica reads again.
#[must_use = "settle it after the commit"]
pub(crate) struct Change<'a> {
    shared: Option<&'a Shared>,
    namespaces: &'static [Namespace],
    settled: bool,
}

impl Change<'_> {
    /// Forgets every entry of the namespaces, on all replicas.
    pub(crate) async fn settle(mut self) {
        if let Some(shared) = self.shared {
            for namespace in self.namespaces {
                shared.forget(*namespace).await;
            }
        }
        self.settled = true;
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        if let (Some(shared), false) = (self.shared, self.settled) {
            for namespace in self.namespaces {
                shared.owe(*namespace);
            }
        }
    }
}

struct Shared {
    connection: Connection,
    breaker: Breaker,
    /// Invalidations that failed, counted per namespace.
    owed: [AtomicU64; Namespace::ALL.len()],
}

impl Cache {
    /// Prepares the cache without connecting; without a client every lookup is a bypass.
    pub(crate) fn prepare(client: Option<redis::Client>) -> Self {
        Self(client.map(|client| {
            Arc::new(Shared {
                connection: Connection::new(client),
                breaker: Breaker::default(),
                owed: [const { AtomicU64::new(0) }; Namespace::ALL.len()],
            })
        }))
    }

    /// False when the service was configured without a cache.
    pub(crate) fn is_enabled(&self) -> bool {
        self.0.is_some()
    }

    /// Looks for the entry `name` that shows the given namespaces.
    pub(crate) async fn find(&self, namespaces: &[Namespace], name: &str) -> Lookup {
        let Some(shared) = &self.0 else { return Lookup::Bypass };
        if !shared.breaker.allows(Instant::now()) {
            return Lookup::Bypass;
        }
        let found = shared.find(namespaces, name).await;
        shared.recorded(found).unwrap_or(Lookup::Bypass)
    }

    /// Stores a body. A failure only costs the next reader a miss.
    pub(crate) async fn store(&self, ticket: Ticket, body: &str) {
        let Some(shared) = &self.0 else { return };
        let mut command = redis::cmd("SET");
        command.arg(ticket.key).arg(format!("{}\n{body}", ticket.generations)).arg("EX").arg(LIFE);
        let stored = shared.connection.query::<()>(&command).await;
        shared.recorded(stored);
    }

    /// Announces a write to the namespaces; to be called before it, and settled after its commit.
    pub(crate) fn change(&self, namespaces: &'static [Namespace]) -> Change<'_> {
        Change { shared: self.0.as_deref(), namespaces, settled: false }
    }

    /// Asks for a sign of life, past the breaker: a health check that succeeds closes it.
    ///
    /// # Errors
    /// When the cache does not answer.
    pub(crate) async fn check(&self) -> RedisResult<()> {
        let Some(shared) = &self.0 else { return Ok(()) };
        shared.connection.query::<()>(&redis::cmd("PING")).await?;
        shared.recorded(Ok(()));
        Ok(())
    }
}

impl Shared {
    fn owed(&self, namespace: Namespace) -> &AtomicU64 {
        match namespace {
            Namespace::Users => &self.owed[0],
            Namespace::Posts => &self.owed[1],
        }
    }

    fn owe(&self, namespace: Namespace) {
        self.owed(namespace).fetch_add(1, Ordering::AcqRel);
    }

    async fn forget(&self, namespace: Namespace) {
        if self.breaker.allows(Instant::now()) {
            let renewed = self.renew(namespace).await;
            if self.recorded(renewed).is_some() {
                return;
            }
        }
        self.owe(namespace);
    }

    async fn find(&self, namespaces: &[Namespace], name: &str) -> RedisResult<Lookup> {
        self.pay().await?;
        let key = format!("{PREFIX}:entry:{name}");
        let mut command = redis::cmd("MGET");
        for namespace in namespaces {
            command.arg(namespace.key());
        }
        command.arg(&key);
        let mut values: Vec<Option<String>> = self.connection.query(&command).await?;
        let entry = values.pop().flatten();
        let Some(current) = values.into_iter().collect::<Option<Vec<String>>>() else {
            let generations = self.begin(namespaces).await?.join(" ");
            return Ok(Lookup::Miss(Ticket { key, generations }));
        };
        let generations = current.join(" ");
        Ok(match entry.as_deref().and_then(|entry| body_of(entry, &generations)) {
            Some(body) => Lookup::Hit(body.to_owned()),
            None => Lookup::Miss(Ticket { key, generations }),
        })
    }

    /// Gives namespaces that have no generation their first; replicas that race agree on the one set first.
    async fn begin(&self, namespaces: &[Namespace]) -> RedisResult<Vec<String>> {
        for namespace in namespaces {
            let mut command = redis::cmd("SET");
            command.arg(namespace.key()).arg(new_generation()).arg("NX");
            self.connection.query::<()>(&command).await?;
        }
        let mut command = redis::cmd("MGET");
        for namespace in namespaces {
            command.arg(namespace.key());
        }
        self.connection.query(&command).await
    }

    async fn renew(&self, namespace: Namespace) -> RedisResult<()> {
        let mut command = redis::cmd("SET");
        command.arg(namespace.key()).arg(new_generation());
        self.connection.query(&command).await
    }

    /// Makes up for invalidations that failed.
    async fn pay(&self) -> RedisResult<()> {
        for namespace in Namespace::ALL {
            let owed = self.owed(namespace).load(Ordering::Acquire);
            if owed == 0 {
                continue;
            }
            self.renew(namespace).await?;
            // Fails when another write began to owe meanwhile; the next reader pays for that one.
            let _ =
                self.owed(namespace).compare_exchange(owed, 0, Ordering::AcqRel, Ordering::Acquire);
        }
        Ok(())
    }

    /// Tells the breaker how a command went; logs only when that changes something.
    fn recorded<T>(&self, outcome: Result<T, RedisError>) -> Option<T> {
        match outcome {
            Ok(value) => {
                if self.breaker.succeeded() {
                    tracing::info!("the cache answers again");
                }
                Some(value)
            }
            Err(error) => {
                if self.breaker.failed(Instant::now()) == Tripped::Now {
                    tracing::warn!(%error, "the cache does not answer; serving from the database");
                }
                None
            }
        }
    }
}

fn new_generation() -> String {
    Uuid::now_v7().simple().to_string()
}

fn body_of<'a>(entry: &'a str, generations: &str) -> Option<&'a str> {
    entry.strip_prefix(generations)?.strip_prefix('\n')
}

#[cfg(test)]
mod tests {
    use super::{Cache, Lookup, Namespace, body_of};

    #[test]
    fn an_entry_of_another_generation_is_not_a_hit() {
        assert_eq!(body_of("a b\n{}", "a b"), Some("{}"));
        assert_eq!(body_of("a b\n{}", "a c"), None);
        assert_eq!(body_of("a b\n{}", "a"), None);
        assert_eq!(body_of("", "a"), None);
    }

    #[tokio::test]
    async fn without_a_cache_every_lookup_is_a_bypass() {
        let cache = Cache::prepare(None);
        assert!(matches!(cache.find(&[Namespace::Users], "x").await, Lookup::Bypass));
        cache.change(&[Namespace::Users]).settle().await;
        assert!(cache.check().await.is_ok());
    }
}
