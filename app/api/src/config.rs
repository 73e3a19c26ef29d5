//! Configuration from the environment: read once, checked whole, every problem reported at once.
//!
//! Values that may hold a password are never part of a message and never printed by `Debug`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tracing::level_filters::LevelFilter;

const DEFAULT_PORT: u16 = 3001;
const NOT_A_URL: &str =
    "is not a valid URL (reserved characters in the password must be percent-encoded)";

/// Where the process runs; decides how logs look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Environment {
    /// A developer's machine.
    Development,
    /// Everything else.
    Production,
}

/// A checked configuration.
#[derive(Clone)]
pub(crate) struct Config {
    /// How to reach PostgreSQL.
    pub(crate) database: PgConnectOptions,
    /// Most connections one replica opens for requests; health adds one.
    pub(crate) database_pool: u32,
    /// How long `migrate` waits for the database to accept connections.
    pub(crate) database_wait: Duration,
    /// How to reach Redis; `None` runs without a cache.
    pub(crate) cache: Option<redis::Client>,
    /// Address to listen on. Port 0 lets the system choose; the log says which.
    pub(crate) listen: SocketAddr,
    /// Where the process runs.
    pub(crate) environment: Environment,
    /// Least severe level that is logged.
    pub(crate) log_level: LevelFilter,
    /// How long requests in flight may take after a stop was asked for.
    pub(crate) shutdown: Duration,
}

impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Config")
            .field("database", &"***")
            .field("cache", &self.cache.as_ref().map(|_| "***"))
            .field("listen", &self.listen)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

/// Everything that is wrong with the environment, one problem per variable.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problems(Vec<(&'static str, String)>);

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "the environment is not valid")?;
        for (variable, problem) in &self.0 {
            writeln!(formatter, "  {variable}: {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl Config {
    /// Reads and checks all variables; `lookup` returns the value of one.
    ///
    /// # Errors
    /// All problems found, in the order the variables are documented.
    pub(crate) fn from_environment(
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Problems> {
        let mut reader = Reader { lookup, problems: Vec::new() };
        let database = reader.required("DATABASE_URL", database_options);
        let cache = reader.optional("REDIS_URL", cache_client);
        let port = reader.or("PORT", DEFAULT_PORT, port);
        let host = reader.or("HOST", IpAddr::V4(Ipv4Addr::UNSPECIFIED), address);
        let environment = reader.or("APP_ENV", Environment::Production, environment);
        let log_level = reader.or("LOG_LEVEL", LevelFilter::INFO, log_level);
        let database_pool = reader.or("DATABASE_POOL", 10, |text| whole_number(text, 1, 500));
        let wait = reader.or("DATABASE_WAIT_SECONDS", 60, |text| whole_number(text, 0, 3600));
        // Docker kills ten seconds after it asked: the default ends a second before that.
        let shutdown = reader.or("SHUTDOWN_SECONDS", 9, |text| whole_number(text, 0, 3600));
        match database {
            Some(database) if reader.problems.is_empty() => Ok(Self {
                database,
                database_pool,
                database_wait: Duration::from_secs(wait.into()),
                cache,
                listen: SocketAddr::new(host, port),
                environment,
                log_level,
                shutdown: Duration::from_secs(shutdown.into()),
            }),
            _ => Err(Problems(reader.problems)),
        }
    }
}

/// The port alone: `health` must answer even when the rest of the environment is wrong.
///
/// # Errors
/// The line to print when `PORT` cannot be asked.
pub(crate) fn port_from_environment(
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<u16, String> {
    let mut reader = Reader { lookup, problems: Vec::new() };
    match (reader.or("PORT", DEFAULT_PORT, port), reader.problems.first()) {
        (_, Some((variable, problem))) => Err(format!("unhealthy: {variable}: {problem}")),
        (0, None) => {
            Err("unhealthy: PORT: 0 lets the system choose a port, which cannot be asked here"
                .to_owned())
        }
        (port, None) => Ok(port),
    }
}

struct Reader<L> {
    lookup: L,
    problems: Vec<(&'static str, String)>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    /// An empty value counts as absent: compose files write `${REDIS_URL:-}`.
    fn optional<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = (self.lookup)(name).filter(|value| !value.is_empty())?;
        match parse(&value) {
            Ok(parsed) => Some(parsed),
            Err(problem) => {
                self.problems.push((name, problem));
                None
            }
        }
    }

    fn or<T>(
        &mut self,
        name: &'static str,
        default: T,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> T {
        self.optional(name, parse).unwrap_or(default)
    }

    fn required<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let before = self.problems.len();
        let value = self.optional(name, parse);
        if value.is_none() && self.problems.len() == before {
            self.problems.push((name, "is required".to_owned()));
        }
        value
    }
}

fn database_options(text: &str) -> Result<PgConnectOptions, String> {
    if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
        return Err("must start with postgres:// or postgresql://".to_owned());
    }
    let options = PgConnectOptions::from_str(text).map_err(|_| NOT_A_URL.to_owned())?;
    match options.get_ssl_mode() {
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => {
            Ok(options.application_name("api"))
        }
        // Better said now than by every connection.
        _ => Err("asks for TLS by `sslmode`, which this build does not have".to_owned()),
    }
}

fn cache_client(text: &str) -> Result<redis::Client, String> {
    if !text.starts_with("redis://") {
        return Err("must start with redis://".to_owned());
    }
    redis::Client::open(text).map_err(|_| NOT_A_URL.to_owned())
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("`{text}` is not a port (0 to 65535)"))
}

fn address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| format!("`{text}` is not an IP address, such as 0.0.0.0 or ::"))
}

fn environment(text: &str) -> Result<Environment, String> {
    match text {
        "development" => Ok(Environment::Development),
        "production" => Ok(Environment::Production),
        _ => Err(format!("`{text}` is neither `development` nor `production`")),
    }
}

fn log_level(text: &str) -> Result<LevelFilter, String> {
    match text {
        "error" => Ok(LevelFilter::ERROR),
        "warn" => Ok(LevelFilter::WARN),
        "info" => Ok(LevelFilter::INFO),
        "debug" => Ok(LevelFilter::DEBUG),
        "trace" => Ok(LevelFilter::TRACE),
        _ => Err(format!("`{text}` is none of `error`, `warn`, `info`, `debug`, `trace`")),
    }
}

fn whole_number(text: &str, least: u32, most: u32) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("`{text}` is not a whole number from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::{Config, Environment, port_from_environment};

    fn config(variables: &[(&str, &str)]) -> Result<Config, String> {
        Config::from_environment(lookup(variables)).map_err(|problems| problems.to_string())
    }

    fn lookup(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn needs_only_the_database() {
        let config =
            config(&[("DATABASE_URL", "postgres://app@db/app"), ("REDIS_URL", "")]).unwrap();
        assert_eq!(config.listen.to_string(), "0.0.0.0:3001");
        assert_eq!(config.environment, Environment::Production);
        assert_eq!(config.database_pool, 10);
        assert!(config.cache.is_none());
    }

    #[test]
    fn reports_every_problem_at_once_and_names_each_variable() {
        let problems = config(&[
            ("REDIS_URL", "http://cache"),
            ("PORT", "70000"),
            ("HOST", "localhost"),
            ("APP_ENV", "staging"),
            ("LOG_LEVEL", "loud"),
            ("DATABASE_POOL", "0"),
            ("SHUTDOWN_SECONDS", "soon"),
        ])
        .unwrap_err();
        assert_eq!(
            problems,
            "the environment is not valid\n\
             \x20 DATABASE_URL: is required\n\
             \x20 REDIS_URL: must start with redis://\n\
             \x20 PORT: `70000` is not a port (0 to 65535)\n\
             \x20 HOST: `localhost` is not an IP address, such as 0.0.0.0 or ::\n\
             \x20 APP_ENV: `staging` is neither `development` nor `production`\n\
             \x20 LOG_LEVEL: `loud` is none of `error`, `warn`, `info`, `debug`, `trace`\n\
             \x20 DATABASE_POOL: `0` is not a whole number from 1 to 500\n\
             \x20 SHUTDOWN_SECONDS: `soon` is not a whole number from 0 to 3600\n"
        );
    }

    #[test]
    fn never_shows_a_password() {
        for url in ["postgres://app:hunter2@db:port/app", "mysql://app:hunter2@db/app"] {
            assert!(!config(&[("DATABASE_URL", url)]).unwrap_err().contains("hunter2"));
        }
        let config = config(&[("DATABASE_URL", "postgres://app:hunter2@db/app")]).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn a_connection_it_cannot_encrypt_is_refused_at_the_start() {
        let with =
            |mode: &str| config(&[("DATABASE_URL", &format!("postgres://a@db/a?sslmode={mode}"))]);
        assert!(with("disable").is_ok() && with("prefer").is_ok());
        assert!(with("require").unwrap_err().contains("TLS") && with("verify-full").is_err());
    }

    #[test]
    fn finds_the_port_without_the_rest_of_the_environment() {
        assert_eq!(port_from_environment(lookup(&[])), Ok(3001));
        assert_eq!(port_from_environment(lookup(&[("PORT", "8080")])), Ok(8080));
        assert!(port_from_environment(lookup(&[("PORT", "x")])).is_err());
        assert!(port_from_environment(lookup(&[("PORT", "0")])).is_err());
    }
}
