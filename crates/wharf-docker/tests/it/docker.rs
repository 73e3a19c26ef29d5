//! What is Docker's own, beyond the contract.

use crate::fixture;
use futures_util::StreamExt as _;
use std::time::Duration;
use wharf_engine::ErrorKind;
use wharf_engine::capability::{Containers, Processes, TerminalSize};
use wharf_engine::contract::{Script, run_case};
use wharf_plan::Secret;
use wharf_plan::spec::{HealthSpec, MountSource, MountSpec};

#[tokio::test]
async fn an_error_never_shows_a_value() {
    let (docker, fixture) = fixture::contract("redacted").await;
    run_case(&docker, &fixture, async {
        let mut spec = fixture.spec("one", &Script::Forever);
        // The engine quotes a variable without a name.
        spec.env.insert(String::new(), Some(Secret::new("hunter2")));
        let error = docker.create_container(&spec.name, &spec).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Refused);
        assert!(!error.to_string().contains("hunter2"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn the_main_process_has_a_terminal_that_can_be_resized() {
    let (docker, fixture) = fixture::contract("terminal").await;
    run_case(&docker, &fixture, async {
        let mut spec = fixture.spec("one", &Script::Size);
        spec.tty = true;
        let id = fixture.create(&docker, &spec).await;
        let mut session = docker.attach(&id, false).await.unwrap();
        docker.start(&id).await.unwrap();
        docker.resize(&id, TerminalSize { width: 120, height: 40 }).await.unwrap();
        let output = tokio::time::timeout(Duration::from_secs(20), session.output.next());
        let (_, bytes) = output.await.unwrap().unwrap().unwrap();
        assert_eq!(bytes, b"40 120\r\n");
    })
    .await;
}

#[tokio::test]
async fn a_bind_creates_its_folder_only_when_asked() {
    let (docker, fixture) = fixture::contract("bind").await;
    let folder = tempfile::tempdir().unwrap();
    run_case(&docker, &fixture, async {
        for create in [false, true] {
            let path = folder.path().join(create.to_string());
            let mut spec = fixture.spec(&create.to_string(), &Script::Forever);
            spec.mounts = vec![MountSpec {
                source: MountSource::Bind {
                    path: path.to_str().unwrap().to_owned(),
                    create,
                    propagation: None,
                    selinux: None,
                },
                target: "/mnt".into(),
                read_only: false,
            }];
            let created = docker.create_container(&spec.name, &spec).await;
            assert_eq!(created.is_ok(), create, "{created:?}");
            if let Ok(id) = created {
                docker.start(&id).await.unwrap();
            }
            assert_eq!(path.is_dir(), create);
        }
    })
    .await;
}

#[tokio::test]
async fn what_an_old_engine_would_drop_is_refused() {
    let (docker, fixture) = fixture::contract("dropped").await;
    let mut env: std::collections::BTreeMap<String, String> = std::env::vars().collect();
    env.insert("DOCKER_API_VERSION".into(), "1.41".into());
    let endpoint = wharf_docker::resolve_endpoint(&env, &wharf_docker::RealHostFiles).unwrap();
    let old = wharf_docker::Docker::connect(&endpoint).await.unwrap();
    run_case(&docker, &fixture, async {
        let mut spec = fixture.spec("one", &Script::Forever);
        spec.healthcheck =
            Some(HealthSpec { start_interval: Some(Duration::from_secs(1)), ..Default::default() });
        let error = old.create_container(&spec.name, &spec).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotSupported);
        assert!(error.message.contains("start_interval"), "{error}");
    })
    .await;
}
