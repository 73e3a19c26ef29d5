//! The engine and the image that the tests use.

use crate::podman;
use std::collections::BTreeMap;
use wharf_docker::{Docker, RealHostFiles, resolve_endpoint};
use wharf_engine::contract::Fixture;

const IMAGE: &str = "wharf-standin/busybox:latest";

/// Variables of the tests' own environment.
pub(crate) fn variables() -> BTreeMap<String, String> {
    std::env::vars().collect()
}

/// Connects to the engine that the environment names.
///
/// # Panics
/// When there is none: these tests test nothing else.
pub(crate) async fn engine() -> Docker {
    let endpoint = resolve_endpoint(&variables(), &RealHostFiles).unwrap();
    match Docker::connect(&endpoint).await {
        Ok(docker) => docker,
        Err(error) => panic!("{error}\nthese tests need an engine: start one or set DOCKER_HOST"),
    }
}

/// Engine and fixture of one case.
pub(crate) async fn contract(case: &str) -> (Docker, Fixture) {
    let docker = engine().await;
    let fixture = fixture(&docker, case).await;
    (docker, fixture)
}

/// Fixture of one case on an engine that is reached in another way.
pub(crate) async fn fixture(docker: &Docker, case: &str) -> Fixture {
    use wharf_engine::capability::Images as _;
    let image = std::env::var("WHARF_TEST_IMAGE").unwrap_or_else(|_| IMAGE.into());
    assert!(
        docker.find_image(&image).await.unwrap().is_some(),
        "these tests need the image {image}: run images/build, or name another one with a shell in WHARF_TEST_IMAGE"
    );
    let prefix = format!("wharf-it-{}-{}", std::process::id(), case.replace('_', "-"));
    let known = if podman::is_tested(docker).await { podman::known(case) } else { None };
    Fixture { image, prefix, known }
}
