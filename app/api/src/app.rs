//! What handlers share, and the table of routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;

use crate::cache::Cache;
use crate::config::Config;
use crate::db::Database;
use crate::health::{self, Health};
use crate::http::around::around;
use crate::http::error::ApiError;
use crate::http::json::LARGEST_BODY;
use crate::{posts, users};

/// The state of the service. Clones share everything.
#[derive(Clone)]
pub(crate) struct App {
    /// Where everything is stored.
    pub(crate) database: Database,
    /// Answers that need not be made again.
    pub(crate) cache: Cache,
    /// What is known about the dependencies.
    pub(crate) health: Arc<Health>,
}

impl App {
    /// Prepares everything without connecting to anything.
    pub(crate) fn prepare(config: &Config) -> Self {
        Self {
            database: Database::prepare(config),
            cache: Cache::prepare(config.cache.clone()),
            health: Arc::new(Health::start()),
        }
    }

    /// All routes, and what wraps each of them.
    pub(crate) fn router(self) -> Router {
        Router::new()
            .merge(health::routes())
            .merge(users::routes::routes())
            .merge(posts::routes::routes())
            .fallback(async || ApiError::NoRoute)
            .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
            .layer(DefaultBodyLimit::max(LARGEST_BODY))
            .layer(from_fn(around))
            .with_state(self)
    }
}
