//! Which engine is meant.
//!
//! Resolved from values only, in the order of the `docker` command: `DOCKER_HOST`, then
//! `DOCKER_CONTEXT`, then the current context of the docker configuration, then the local
//! socket, then a rootless engine's socket.

mod context;
mod tls;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wharf_engine::{EngineError, ErrorKind, Result};

/// Socket of an engine that runs as root.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
const PLAIN_PORT: u16 = 2375;
const TLS_PORT: u16 = 2376;

/// An engine's address and how to talk to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Where it listens.
    pub address: Address,
    /// Version of the API that the user insists on (`DOCKER_API_VERSION`); `None` negotiates.
    pub api_version: Option<String>,
    /// Folder of the docker configuration, where registry credentials are; `None` without a home.
    pub config_dir: Option<PathBuf>,
    /// What decided, for messages: "DOCKER_HOST", "context `x`"; `None` when nothing did.
    pub origin: Option<String>,
}

/// Where an engine listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A socket of this machine.
    Unix(PathBuf),
    /// A TCP port.
    Tcp {
        /// Name or address.
        host: String,
        /// Port.
        port: u16,
        /// Certificates; `None` is without TLS.
        tls: Option<TlsFiles>,
    },
}

/// Contents of PEM files.
#[derive(Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The authorities that the engine's certificate must come from.
    pub ca: Vec<u8>,
    /// Certificate and key of this client.
    pub client: Option<(Vec<u8>, Vec<u8>)>,
}

impl std::fmt::Debug for TlsFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsFiles(***)")
    }
}

/// What the resolution may ask of the file system.
pub trait HostFiles {
    /// Content of a file; `None` when it cannot be read.
    fn read(&self, path: &Path) -> Option<Vec<u8>>;

    /// Whether something is there.
    fn exists(&self, path: &Path) -> bool;
}

/// The real file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealHostFiles;

impl HostFiles for RealHostFiles {
    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        fs_err::read(path).ok()
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }
}

impl Endpoint {
    /// For people: "unix socket /var/run/docker.sock".
    pub fn describe(&self) -> String {
        match &self.address {
            Address::Unix(path) => format!("unix socket {}", path.display()),
            Address::Tcp { host, port, tls: None } => format!("tcp://{host}:{port}"),
            Address::Tcp { host, port, tls: Some(_) } => format!("tcp://{host}:{port} with TLS"),
        }
    }
}

/// Resolves the engine that `env` and the docker configuration name.
///
/// Reads `DOCKER_HOST`, `DOCKER_TLS`, `DOCKER_TLS_VERIFY`, `DOCKER_CERT_PATH`, `DOCKER_CONTEXT`,
/// `DOCKER_CONFIG`, `DOCKER_API_VERSION`, `HOME` and `XDG_RUNTIME_DIR`; empty is unset.
///
/// # Errors
/// `Endpoint` for an address of a kind that is not spoken, and for a context or certificate that
/// is not there or does not make sense.
pub fn resolve_endpoint(
    env: &BTreeMap<String, String>,
    files: &impl HostFiles,
) -> Result<Endpoint> {
    let environment = Environment { env };
    let config_dir = environment.config_dir();
    let (address, origin) = resolve_address(&environment, config_dir.as_deref(), files)?;
    Ok(Endpoint {
        address,
        api_version: environment.get("DOCKER_API_VERSION").map(str::to_owned),
        config_dir,
        origin,
    })
}

fn resolve_address(
    environment: &Environment<'_>,
    config_dir: Option<&Path>,
    files: &impl HostFiles,
) -> Result<(Address, Option<String>)> {
    if let Some(host) = environment.get("DOCKER_HOST") {
        let tls = || tls::from_environment(environment, config_dir, files);
        return Ok((
            parse_address(host, environment.wants_tls(), tls)?,
            Some("DOCKER_HOST".into()),
        ));
    }
    if let Some(name) = context::current(environment, config_dir, files)? {
        let address = context::address(&name, config_dir, files)?;
        return Ok((address, Some(format!("context `{name}`"))));
    }
    let rootless = environment
        .get("XDG_RUNTIME_DIR")
        .map(|folder| Path::new(folder).join("docker.sock"))
        .filter(|socket| files.exists(socket) && !files.exists(Path::new(DEFAULT_SOCKET)));
    let socket = rootless.unwrap_or_else(|| PathBuf::from(DEFAULT_SOCKET));
    Ok((Address::Unix(socket), None))
}

/// Reads an address as `DOCKER_HOST` has it; `tls` is asked for certificates when they are needed.
fn parse_address(
    text: &str,
    wants_tls: bool,
    tls: impl FnOnce() -> Result<TlsFiles>,
) -> Result<Address> {
    let operation = || format!("use the engine at `{text}`");
    let refuse = |message: &str| Err(EngineError::new(ErrorKind::Endpoint, operation(), message));
    let Some((scheme, rest)) = text.split_once("://") else {
        return refuse("an address begins with unix://, tcp://, http:// or https://");
    };
    let is_tls = match scheme {
        "unix" => return Ok(Address::Unix(PathBuf::from(rest))),
        "tcp" => wants_tls,
        "http" => false,
        "https" => true,
        "ssh" => {
            return refuse(&format!(
                "ssh:// is not spoken yet; forward the socket and use that: `ssh -nNT -L /tmp/engine.sock:{DEFAULT_SOCKET} {rest}` and `DOCKER_HOST=unix:///tmp/engine.sock`"
            ));
        }
        _ => {
            return refuse(&format!(
                "`{scheme}://` is not spoken; an address begins with unix://, tcp://, http:// or https://"
            ));
        }
    };
    let default_port = if is_tls { TLS_PORT } else { PLAIN_PORT };
    let Some((host, port)) = parse_host(rest, default_port) else {
        return refuse("this is no host and port");
    };
    let tls = if is_tls { Some(tls()?) } else { None };
    Ok(Address::Tcp { host, port, tls })
}

/// Reads `host`, `host:port` and `[address]:port`; a path behind them is dropped, as the docker
/// command does.
fn parse_host(text: &str, default_port: u16) -> Option<(String, u16)> {
    let authority = text.split('/').next().unwrap_or_default();
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            (host, port.strip_prefix(':'))
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let port = port.map_or(Ok(default_port), str::parse).ok()?;
    let host = if host.is_empty() { "localhost" } else { host };
    Some((host.to_owned(), port))
}

/// The variables, with empty ones taken as unset.
struct Environment<'a> {
    env: &'a BTreeMap<String, String>,
}

impl Environment<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn wants_tls(&self) -> bool {
        self.get("DOCKER_TLS_VERIFY").is_some() || self.get("DOCKER_TLS").is_some()
    }

    fn config_dir(&self) -> Option<PathBuf> {
        let home = || Some(Path::new(self.get("HOME")?).join(".docker"));
        self.get("DOCKER_CONFIG").map(PathBuf::from).or_else(home)
    }
}

#[cfg(test)]
mod tests;
