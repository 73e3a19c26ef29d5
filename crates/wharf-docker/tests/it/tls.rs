//! An engine behind TLS that asks its clients for a certificate.

mod authority;

use crate::endpoint::{connect, proxy, write_certificates, write_context};
use crate::fixture;
use authority::Authority;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ALL_VERSIONS, SupportedProtocolVersion};
use wharf_docker::Docker;
use wharf_engine::capability::Containers as _;
use wharf_engine::contract::Fixture;
use wharf_engine::{EngineError, ErrorKind, Result};

const LOOPBACK: &str = "IP:127.0.0.1";

/// Starts a port whose engine has a certificate for `name`.
async fn serve(
    authority: &Authority,
    name: &str,
    versions: &[&'static SupportedProtocolVersion],
) -> String {
    let port = proxy::listen(Some(authority.acceptor(name, versions))).await;
    format!("tcp://127.0.0.1:{port}")
}

/// Connects as the docker command would with these two settings.
async fn connect_with(host: &str, client: &Authority) -> Result<Docker> {
    let folder = client.folder().to_str().unwrap();
    connect(&[("DOCKER_HOST", host), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", folder)])
        .await
}

/// The error of a connection whose certificates do not fit.
async fn refusal(host: &str, client: &Authority) -> EngineError {
    let error = connect_with(host, client).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Endpoint, "{error}");
    assert!(error.message.contains(host), "{error}");
    error
}

async fn over_tls(case: &'static str) -> (Docker, Fixture) {
    let authority = Authority::new();
    let host = serve(&authority, LOOPBACK, ALL_VERSIONS).await;
    let docker = connect_with(&host, &authority).await.unwrap();
    let fixture = fixture::fixture(&docker, case).await;
    (docker, fixture)
}

// What a connection can spoil: bodies in both directions, streams that last, upgrades.
mod works {
    wharf_engine::contract_tests!(@cases crate::tls::over_tls, containers:
        creates_a_container_that_is_listed_and_not_started,
        starts_a_container_and_starting_again_is_fine,
        puts_files_into_a_container,
    );
    wharf_engine::contract_tests!(@cases crate::tls::over_tls, processes:
        runs_a_command_and_gives_code_and_output,
        keeps_the_beginning_of_a_long_output,
        a_command_reads_what_is_written_to_it,
        a_command_has_a_terminal_that_can_be_resized,
        attaching_before_the_start_misses_nothing,
        an_attached_process_reads_what_is_written_to_it,
        waits_for_the_end_of_a_container,
    );
    wharf_engine::contract_tests!(@cases crate::tls::over_tls, logs:
        follows_to_the_end_of_the_container,
    );
    wharf_engine::contract_tests!(@cases crate::tls::over_tls, events:
        tells_what_happens_to_a_project_only,
    );
}

#[tokio::test]
async fn a_context_brings_its_own_certificates() {
    let authority = Authority::new();
    let config = tempfile::tempdir().unwrap();
    write_context(config.path(), &serve(&authority, LOOPBACK, ALL_VERSIONS).await);
    write_certificates(config.path(), authority.folder());
    let folder = config.path().to_str().unwrap();
    let named = [("DOCKER_CONFIG", folder), ("DOCKER_CONTEXT", "far")];
    connect(&named).await.unwrap().list().await.unwrap();
    fs_err::write(config.path().join("config.json"), r#"{"currentContext":"far"}"#).unwrap();
    connect(&[("DOCKER_CONFIG", folder)]).await.unwrap().list().await.unwrap();
}

#[tokio::test]
async fn an_engine_of_another_authority_is_not_trusted() {
    let host = serve(&Authority::new(), LOOPBACK, ALL_VERSIONS).await;
    let error = refusal(&host, &Authority::new()).await;
    assert!(error.message.contains("not issued by the authority in ca.pem"), "{error}");
}

#[tokio::test]
async fn an_engine_with_a_certificate_for_another_name_is_not_trusted() {
    let authority = Authority::new();
    for name in ["DNS:engine.test", "IP:127.0.0.2"] {
        let host = serve(&authority, name, ALL_VERSIONS).await;
        let error = refusal(&host, &authority).await;
        assert!(error.message.contains("is for another name"), "{error}");
    }
}

#[tokio::test]
async fn a_client_without_a_certificate_is_told_that_one_is_wanted() {
    for version in [&TLS12, &TLS13] {
        let authority = Authority::new();
        let host = serve(&authority, LOOPBACK, &[version]).await;
        authority.forget_client();
        let error = refusal(&host, &authority).await;
        assert!(error.message.contains("a certificate from its clients"), "{error}");
    }
}

#[tokio::test]
async fn a_client_of_another_authority_is_told_so() {
    let engine = Authority::new();
    let client = Authority::new();
    fs_err::copy(engine.folder().join("ca.pem"), client.folder().join("ca.pem")).unwrap();
    for version in [&TLS12, &TLS13] {
        let host = serve(&engine, LOOPBACK, &[version]).await;
        let error = refusal(&host, &client).await;
        assert!(error.message.contains("does not accept cert.pem"), "{error}");
    }
}

#[tokio::test]
async fn a_key_of_another_certificate_is_refused_before_anything_is_sent() {
    let (authority, other) = (Authority::new(), Authority::new());
    fs_err::copy(other.folder().join("key.pem"), authority.folder().join("key.pem")).unwrap();
    let error = connect_with("tcp://127.0.0.1:1", &authority).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Endpoint);
    assert!(error.message.contains("cert.pem and key.pem"), "{error}");
}

#[tokio::test]
async fn files_without_a_certificate_are_named() {
    for file in ["ca.pem", "cert.pem"] {
        let authority = Authority::new();
        fs_err::write(authority.folder().join(file), "").unwrap();
        let error = connect_with("tcp://127.0.0.1:1", &authority).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Endpoint);
        assert!(error.message.starts_with(file), "{error}");
    }
}

#[tokio::test]
async fn a_port_without_tls_is_told_apart() {
    let host = format!("tcp://127.0.0.1:{}", proxy::listen(None).await);
    let error = refusal(&host, &Authority::new()).await;
    assert!(error.message.contains("does not speak TLS"), "{error}");
}

#[tokio::test]
async fn a_port_with_tls_is_not_reached_without() {
    let host = serve(&Authority::new(), LOOPBACK, ALL_VERSIONS).await;
    let error = connect(&[("DOCKER_HOST", &host)]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains(&host), "{error}");
}
