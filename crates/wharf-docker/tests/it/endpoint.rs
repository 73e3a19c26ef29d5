//! Ways to say which engine is meant: TCP, contexts, the version of the API.

pub(crate) mod proxy;

use crate::fixture::{self, variables};
use std::collections::BTreeMap;
use std::path::Path;
use wharf_docker::{Docker, Endpoint, RealHostFiles, resolve_endpoint};
use wharf_engine::capability::{Containers as _, System as _};
use wharf_engine::contract::Fixture;
use wharf_engine::{ErrorKind, Result};

/// SHA-256 of "far", under which the docker command keeps a context of that name.
const FAR: &str = "512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868";

/// Resolves what these variables name, and nothing of the tests' own environment.
pub(crate) fn resolve(pairs: &[(&str, &str)]) -> Result<Endpoint> {
    let env: BTreeMap<String, String> =
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    resolve_endpoint(&env, &RealHostFiles)
}

/// Connects to what these variables name.
pub(crate) async fn connect(pairs: &[(&str, &str)]) -> Result<Docker> {
    Docker::connect(&resolve(pairs)?).await
}

/// Writes a context called `far` into a docker configuration.
pub(crate) fn write_context(config: &Path, host: &str) {
    let meta = config.join("contexts/meta").join(FAR);
    fs_err::create_dir_all(&meta).unwrap();
    let text = serde_json::json!({
        "Name": "far",
        "Metadata": {},
        "Endpoints": { "docker": { "Host": host, "SkipTLSVerify": false } },
    });
    fs_err::write(meta.join("meta.json"), text.to_string()).unwrap();
}

/// Gives the context `far` the certificates of a folder.
pub(crate) fn write_certificates(config: &Path, certificates: &Path) {
    let tls = config.join("contexts/tls").join(FAR).join("docker");
    fs_err::create_dir_all(&tls).unwrap();
    for name in ["ca.pem", "cert.pem", "key.pem"] {
        fs_err::copy(certificates.join(name), tls.join(name)).unwrap();
    }
}

async fn over_tcp(case: &'static str) -> (Docker, Fixture) {
    let host = format!("tcp://127.0.0.1:{}", proxy::listen(None).await);
    let docker = connect(&[("DOCKER_HOST", &host)]).await.unwrap();
    let fixture = fixture::fixture(&docker, case).await;
    (docker, fixture)
}

// What a connection can spoil: bodies in both directions, streams that last, upgrades.
mod tcp {
    wharf_engine::contract_tests!(@cases crate::endpoint::over_tcp, containers:
        creates_a_container_that_is_listed_and_not_started,
        puts_files_into_a_container,
    );
    wharf_engine::contract_tests!(@cases crate::endpoint::over_tcp, processes:
        a_command_reads_what_is_written_to_it,
        an_attached_process_reads_what_is_written_to_it,
    );
    wharf_engine::contract_tests!(@cases crate::endpoint::over_tcp, logs:
        follows_to_the_end_of_the_container,
    );
    wharf_engine::contract_tests!(@cases crate::endpoint::over_tcp, events:
        tells_what_happens_to_a_project_only,
    );
}

#[tokio::test]
async fn a_context_of_the_environment_names_the_engine() {
    let config = tempfile::tempdir().unwrap();
    write_context(config.path(), &format!("tcp://127.0.0.1:{}", proxy::listen(None).await));
    let folder = config.path().to_str().unwrap();
    let docker = connect(&[("DOCKER_CONFIG", folder), ("DOCKER_CONTEXT", "far")]).await.unwrap();
    docker.list().await.unwrap();
    // Without it the configuration names none.
    assert_eq!(resolve(&[("DOCKER_CONFIG", folder)]).unwrap().origin, None);
}

#[tokio::test]
async fn the_current_context_names_the_engine_unless_the_environment_does() {
    let config = tempfile::tempdir().unwrap();
    let folder = config.path().to_str().unwrap();
    fs_err::write(config.path().join("config.json"), r#"{"currentContext":"far"}"#).unwrap();
    write_context(config.path(), &format!("tcp://127.0.0.1:{}", proxy::listen(None).await));
    connect(&[("DOCKER_CONFIG", folder)]).await.unwrap().list().await.unwrap();

    // Nothing listens on port 1.
    write_context(config.path(), "tcp://127.0.0.1:1");
    let error = connect(&[("DOCKER_CONFIG", folder)]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains("tcp://127.0.0.1:1 (from context `far`)"), "{error}");
    let host = format!("tcp://127.0.0.1:{}", proxy::listen(None).await);
    connect(&[("DOCKER_CONFIG", folder), ("DOCKER_HOST", &host)]).await.unwrap();
}

#[tokio::test]
async fn a_context_without_a_file_is_named_with_where_it_was_looked_for() {
    let config = tempfile::tempdir().unwrap();
    let folder = config.path().to_str().unwrap();
    let error = resolve(&[("DOCKER_CONFIG", folder), ("DOCKER_CONTEXT", "far")]).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Endpoint);
    assert!(error.operation.contains("`far`") && error.message.contains(FAR), "{error}");
}

#[tokio::test]
async fn the_version_of_the_api_can_be_insisted_on() {
    let mut env = variables();
    let mut connect = async |version: &str| {
        env.insert("DOCKER_API_VERSION".into(), version.into());
        Docker::connect(&resolve_endpoint(&env, &RealHostFiles).unwrap()).await
    };
    let docker = connect("1.41").await.unwrap();
    assert_eq!(docker.info().await.unwrap().api_version, "1.41");
    docker.list().await.unwrap();
    let error = connect("1.99").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooOld);
    assert!(error.message.contains("DOCKER_API_VERSION is 1.99"), "{error}");
}
