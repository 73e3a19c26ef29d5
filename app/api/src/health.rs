//! `/live` says the process answers; `/health` says whether the service is usable and what is missing.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use time::OffsetDateTime;

use crate::app::App;
use crate::http::envelope::Envelope;

/// A dependency that takes longer is treated as gone.
const LIMIT: Duration = Duration::from_secs(2);

/// The routes of this module.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/health", get(health)).route("/live", get(live))
}

/// What is remembered between checks.
pub(crate) struct Health {
    started: Instant,
    database: Watched,
    cache: Watched,
}

impl Health {
    /// Starts the clock of `uptime`.
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
            database: Watched::new("database"),
            cache: Watched::new("cache"),
        }
    }
}

/// Whether the service can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    /// Everything works, some of it slower.
    Degraded,
    Unavailable,
}

/// Whether a dependency answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Condition {
    Up,
    Down,
    /// The service was configured without it.
    Disabled,
}

#[derive(Debug, Serialize)]
struct Dependency {
    status: Condition,
    /// Absent unless it is up.
    latency_ms: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Dependencies {
    database: Dependency,
    cache: Dependency,
}

#[derive(Debug, Serialize)]
struct Report {
    status: Status,
    /// Seconds since the process started.
    uptime: u64,
    #[serde(with = "time::serde::rfc3339")]
    timestamp: OffsetDateTime,
    version: &'static str,
    dependencies: Dependencies,
}

#[derive(Debug, Serialize)]
struct Alive {
    status: Status,
}

async fn live() -> Envelope<Alive> {
    Envelope::of(Alive { status: Status::Ok })
}

async fn health(State(app): State<App>) -> Response {
    let (database, cache) =
        tokio::join!(app.health.database.check(app.database.check()), cache(&app));
    let status = overall(database.status, cache.status);
    let report = Report {
        status,
        uptime: app.health.started.elapsed().as_secs(),
        timestamp: OffsetDateTime::now_utc().truncate_to_millisecond(),
        version: env!("CARGO_PKG_VERSION"),
        dependencies: Dependencies { database, cache },
    };
    let code = if status == Status::Unavailable {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    Envelope::of(report).answer(code)
}

async fn cache(app: &App) -> Dependency {
    if app.cache.is_enabled() {
        app.health.cache.check(app.cache.check()).await
    } else {
        Dependency { status: Condition::Disabled, latency_ms: None }
    }
}

fn overall(database: Condition, cache: Condition) -> Status {
    match (database, cache) {
        (Condition::Down, _) => Status::Unavailable,
        (_, Condition::Down) => Status::Degraded,
        _ => Status::Ok,
    }
}

/// A dependency and whether it answered last time: the log gets a line per change, not per check.
struct Watched {
    name: &'static str,
    up: AtomicBool,
}

impl Watched {
    fn new(name: &'static str) -> Self {
        Self { name, up: AtomicBool::new(true) }
    }

    async fn check<E: Display>(&self, check: impl Future<Output = Result<(), E>>) -> Dependency {
        let started = Instant::now();
        let problem = match tokio::time::timeout(LIMIT, check).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("no answer within the time limit".to_owned()),
        };
        self.note(problem.as_deref());
        match problem {
            None => Dependency {
                status: Condition::Up,
                latency_ms: Some(milliseconds(started.elapsed())),
            },
            Some(_) => Dependency { status: Condition::Down, latency_ms: None },
        }
    }

    fn note(&self, problem: Option<&str>) {
        let was_up = self.up.swap(problem.is_none(), Ordering::AcqRel);
        match problem {
            Some(error) if was_up => {
                tracing::warn!(dependency = self.name, error, "dependency is down");
            }
            None if !was_up => tracing::info!(dependency = self.name, "dependency is up again"),
            _ => {}
        }
    }
}

/// Milliseconds with two digits.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::{Condition, Status, Watched, milliseconds, overall};
    use std::time::Duration;

    #[test]
    fn only_the_database_makes_the_service_unusable() {
        for (database, cache, status) in [
            (Condition::Up, Condition::Up, Status::Ok),
            (Condition::Up, Condition::Disabled, Status::Ok),
            (Condition::Up, Condition::Down, Status::Degraded),
            (Condition::Down, Condition::Up, Status::Unavailable),
            (Condition::Down, Condition::Down, Status::Unavailable),
        ] {
            assert_eq!(overall(database, cache), status, "{database:?} {cache:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_dependency_that_does_not_answer_is_down() {
        let found = Watched::new("x").check(std::future::pending::<Result<(), String>>()).await;
        assert_eq!(found.status, Condition::Down);
    }

    #[test]
    fn latencies_keep_two_digits() {
        assert!((milliseconds(Duration::from_nanos(1_234_567)) - 1.23).abs() < f64::EPSILON);
    }
}
