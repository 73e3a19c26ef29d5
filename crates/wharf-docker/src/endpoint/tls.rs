//! Certificates for an engine behind TLS.

use super::{Environment, HostFiles, TlsFiles};
use std::path::{Path, PathBuf};
use wharf_engine::{EngineError, ErrorKind, Result};

/// Reads the folder that `DOCKER_CERT_PATH` names, else the docker configuration's.
pub(super) fn from_environment(
    environment: &Environment<'_>,
    config_dir: Option<&Path>,
    files: &impl HostFiles,
) -> Result<TlsFiles> {
    if environment.get("DOCKER_TLS_VERIFY").is_none() && environment.get("DOCKER_TLS").is_some() {
        return Err(unverified("DOCKER_TLS without DOCKER_TLS_VERIFY"));
    }
    let folder = environment.get("DOCKER_CERT_PATH").map(PathBuf::from);
    match folder.or_else(|| config_dir.map(Path::to_owned)) {
        Some(folder) => from_folder(&folder, files),
        None => Err(missing(Path::new("ca.pem"), "set DOCKER_CERT_PATH")),
    }
}

/// Reads `ca.pem` and, when they are there, `cert.pem` and `key.pem`.
pub(super) fn from_folder(folder: &Path, files: &impl HostFiles) -> Result<TlsFiles> {
    let ca = folder.join("ca.pem");
    let Some(ca) = files.read(&ca) else {
        return Err(missing(&ca, "wharf trusts an engine by its own authority only"));
    };
    let certificate = files.read(&folder.join("cert.pem"));
    let client = match certificate {
        None => None,
        Some(certificate) => {
            let key = folder.join("key.pem");
            let Some(key) = files.read(&key) else {
                return Err(missing(&key, "cert.pem is there and needs its key"));
            };
            Some((certificate, key))
        }
    };
    Ok(TlsFiles { ca, client })
}

/// The error of a setting that asks for TLS without verification.
pub(super) fn unverified(setting: &str) -> EngineError {
    EngineError::new(
        ErrorKind::Endpoint,
        "use an engine without verifying its certificate",
        format!(
            "{setting} switches verification off, and whoever can answer in the engine's place would get every secret; give the authority's ca.pem instead"
        ),
    )
}

fn missing(path: &Path, why: &str) -> EngineError {
    EngineError::new(
        ErrorKind::Endpoint,
        format!("read the certificate `{}`", path.display()),
        format!("the file is not there or cannot be read; {why}"),
    )
}
