//! The built program against a real PostgreSQL and a real Redis, which each test starts for itself.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that cannot go on fails its test")]

mod cache;
mod health;
mod migrate;
mod posts;
mod problems;
mod process;
mod support;
mod users;
