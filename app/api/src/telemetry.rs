//! Logs on stdout: one JSON object per line, or text for a developer's terminal.

use std::error::Error;
use std::fmt::Write as _;
use std::io::IsTerminal;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Config, Environment};

/// Starts logging for the rest of the process.
pub(crate) fn start(config: &Config) {
    // Dependencies speak up from `warn`; their debug lines hold statements and are for `trace` only.
    let others = if config.log_level == LevelFilter::TRACE {
        LevelFilter::TRACE
    } else {
        config.log_level.min(LevelFilter::WARN)
    };
    let filter = Targets::new().with_default(others).with_target("api", config.log_level);
    let human = config.environment == Environment::Development && std::io::stdout().is_terminal();
    let layer = if human {
        tracing_subscriber::fmt::layer().with_target(false).boxed()
    } else {
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_target(false).boxed()
    };
    tracing_subscriber::registry().with(layer.with_filter(filter)).init();
    log_panics();
}

/// A panic becomes one line of the log like everything else; the place is enough to find it.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked");
    }));
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // A transparent wrapper repeats its source.
        let part = error.to_string();
        if !text.ends_with(&part) {
            let _ = write!(text, ": {part}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::chain;

    #[derive(Debug, thiserror::Error)]
    #[error("connect to the database")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn shows_each_cause_once() {
        let error = Outer(std::io::Error::other("connection refused"));
        assert_eq!(chain(&error), "connect to the database: connection refused");
    }
}
