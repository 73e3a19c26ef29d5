//! Servers, the service and a client, each ended when dropped.

pub(crate) mod client;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod redis;
pub(crate) mod scratch;
pub(crate) mod service;
pub(crate) mod wait;

use serde_json::Value;

use postgres::Postgres;
use redis::Redis;
use service::Service;

/// Everything a request needs, migrated and answering.
pub(crate) struct Stack {
    pub(crate) service: Service,
    pub(crate) postgres: Postgres,
    pub(crate) redis: Redis,
}

impl Stack {
    pub(crate) fn start() -> Self {
        let (postgres, redis) = (Postgres::start(), Redis::start());
        let migrated = service::run("migrate", &[("DATABASE_URL", &postgres.url())]);
        assert!(migrated.status.success(), "{migrated:?}");
        let service =
            Service::start(&[("DATABASE_URL", &postgres.url()), ("REDIS_URL", &redis.url())]);
        Self { service, postgres, redis }
    }

    /// A second replica on the same dependencies.
    pub(crate) fn replica(&self) -> Service {
        Service::start(&[("DATABASE_URL", &self.postgres.url()), ("REDIS_URL", &self.redis.url())])
    }
}

/// The value at a JSON pointer, as text without quotes.
pub(crate) fn at(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => panic!("no {pointer} in {value}"),
    }
}
