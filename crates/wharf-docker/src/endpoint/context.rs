//! Docker contexts: named engines in the docker configuration.

use super::{Address, Environment, HostFiles, parse_address, tls};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use wharf_engine::{EngineError, ErrorKind, Result};

/// Name of the context that means "no context".
const DEFAULT: &str = "default";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    current_context: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Meta {
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: Option<DockerEndpoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerEndpoint {
    host: Option<String>,
    #[serde(default, rename = "SkipTLSVerify")]
    skip_tls_verify: bool,
}

/// Name of the context in force; `None` is the default one.
pub(super) fn current(
    environment: &Environment<'_>,
    config_dir: Option<&Path>,
    files: &impl HostFiles,
) -> Result<Option<String>> {
    let name = match environment.get("DOCKER_CONTEXT") {
        Some(name) => Some(name.to_owned()),
        None => configured(config_dir, files)?,
    };
    Ok(name.filter(|name| !name.is_empty() && name != DEFAULT))
}

fn configured(config_dir: Option<&Path>, files: &impl HostFiles) -> Result<Option<String>> {
    let Some(path) = config_dir.map(|folder| folder.join("config.json")) else { return Ok(None) };
    let Some(bytes) = files.read(&path) else { return Ok(None) };
    let config: Config = decode(&path, &bytes)?;
    Ok(config.current_context)
}

/// Address of a named context.
pub(super) fn address(
    name: &str,
    config_dir: Option<&Path>,
    files: &impl HostFiles,
) -> Result<Address> {
    let operation = format!("use the docker context `{name}`");
    let refuse =
        |message: String| EngineError::new(ErrorKind::Endpoint, operation.clone(), message);
    let Some(config_dir) = config_dir else {
        return Err(refuse("neither HOME nor DOCKER_CONFIG is set".into()));
    };
    let contexts = config_dir.join("contexts");
    let id = folder_name(name);
    let path = contexts.join("meta").join(&id).join("meta.json");
    let Some(bytes) = files.read(&path) else {
        return Err(refuse(format!(
            "there is no such context: `{}` is not there; `docker context ls` shows what there is",
            path.display()
        )));
    };
    let meta: Meta = decode(&path, &bytes)?;
    let endpoint = meta.endpoints.docker;
    let Some((host, skips)) = endpoint.and_then(|it| Some((it.host?, it.skip_tls_verify))) else {
        return Err(refuse(format!("`{}` names no docker endpoint", path.display())));
    };
    let certificates = contexts.join("tls").join(&id).join("docker");
    let has_tls = files.exists(&certificates.join("ca.pem"));
    let is_tcp = host.starts_with("tcp://") || host.starts_with("https://");
    if skips && is_tcp {
        return Err(tls::unverified(&format!("SkipTLSVerify of the context `{name}`")));
    }
    parse_address(&host, has_tls, || tls::from_folder(&certificates, files))
}

/// Contexts are kept in folders named by the SHA-256 of their names.
fn folder_name(name: &str) -> PathBuf {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(name.as_bytes()) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    PathBuf::from(text)
}

fn decode<T: serde::de::DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        let operation = format!("read `{}`", path.display());
        EngineError::new(
            ErrorKind::Endpoint,
            operation,
            format!("this is no docker configuration: {error}"),
        )
    })
}
