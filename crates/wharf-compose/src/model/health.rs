//! Health checks.

use std::time::Duration;
use wharf_diag::Spanned;

/// The `healthcheck` section; what is absent comes from the image, then from the engine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Healthcheck {
    /// The command.
    pub test: Option<Spanned<HealthTest>>,
    /// Time between two checks; the engine's default is 30 s.
    pub interval: Option<Spanned<Duration>>,
    /// Time that one check may take; the engine's default is 30 s.
    pub timeout: Option<Spanned<Duration>>,
    /// Failures in a row that make the container unhealthy; the engine's default is 3.
    pub retries: Option<Spanned<u32>>,
    /// Time after the start in which failures do not count.
    pub start_period: Option<Spanned<Duration>>,
    /// Time between checks during the start period (API 1.44 and later).
    pub start_interval: Option<Spanned<Duration>>,
}

/// The command of a health check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HealthTest {
    /// `NONE` or `disable: true`: the image's check is switched off.
    Disabled,
    /// `CMD`: run as it is.
    Exec(Vec<String>),
    /// `CMD-SHELL` or a string: run by the container's shell.
    Shell(String),
}
