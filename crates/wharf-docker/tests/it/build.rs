//! Builds on a real engine.

use crate::fixture;
use futures_util::{FutureExt as _, TryStreamExt as _};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use wharf_compose::model::{Build, BuildSecret};
use wharf_diag::Spanned;
use wharf_docker::Docker;
use wharf_engine::capability::{Containers, ExecSpec, Images, Processes};
use wharf_engine::contract::{Fixture, Script, run_case};
use wharf_engine::{EngineError, ErrorKind};
use wharf_plan::Secret;
use wharf_plan::spec::BuildSpec;

fn spec(fixture: &Fixture, context: &Path, dockerfile: &str) -> BuildSpec {
    let build = Build {
        context: Spanned::implied(context.to_owned()),
        dockerfile: None,
        dockerfile_inline: Some(Spanned::implied(dockerfile.replace("IMAGE", &fixture.image))),
        args: BTreeMap::new(),
        target: None,
        labels: BTreeMap::new(),
        cache_from: Vec::new(),
        tags: Vec::new(),
        network: None,
        extra_hosts: Vec::new(),
        shm_size: None,
        platforms: Vec::new(),
        secrets: Vec::new(),
        no_cache: true,
        pull: false,
    };
    BuildSpec {
        image: format!("{}:one", fixture.prefix),
        build,
        args: BTreeMap::new(),
        labels: BTreeMap::new(),
    }
}

/// Runs a case and removes the images that it names, also when it fails.
async fn run_with_images(
    docker: &Docker,
    fixture: &Fixture,
    images: &[String],
    case: impl Future<Output = ()>,
) {
    let case = run_case(docker, fixture, Box::pin(case));
    let outcome = AssertUnwindSafe(case).catch_unwind().await;
    for image in images {
        docker.remove_image(image).await.unwrap();
        assert_eq!(docker.find_image(image).await.unwrap(), None);
    }
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

async fn build(docker: &Docker, spec: &BuildSpec) -> Result<Vec<String>, EngineError> {
    docker.build(spec).map_ok(|progress| progress.message).try_collect().await
}

#[tokio::test]
async fn builds_an_image_from_its_context_with_everything_that_was_asked() {
    let (docker, fixture) = fixture::contract("build").await;
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("kept", "kept"), ("dropped", "dropped"), (".dockerignore", "dropped")]
    {
        fs_err::write(folder.path().join(name), content).unwrap();
    }
    let text = "FROM IMAGE AS wanted\nARG COLOUR\nCOPY . /in\nRUN echo colour is $COLOUR && ls /in && cat /etc/hosts && df -k /dev/shm\nHEALTHCHECK --interval=7s CMD true\nEXPOSE 80\nVOLUME /data\nENV A=1\nFROM IMAGE AS other\nRUN exit 1\n";
    let mut spec = spec(&fixture, folder.path(), text);
    spec.args.insert("COLOUR".into(), Secret::new("blue & green"));
    spec.labels.insert("a".into(), "1".into());
    spec.build.labels.insert("b".into(), Spanned::implied("2".into()));
    spec.build.target = Some(Spanned::implied("wanted".into()));
    spec.build.tags = vec![Spanned::implied(format!("{}:two", fixture.prefix))];
    spec.build.extra_hosts = vec![Spanned::implied(("db".into(), "10.9.8.7".into()))];
    spec.build.shm_size = Some(Spanned::implied(1024 * 1024));
    spec.build.network = Some(Spanned::implied("none".into()));
    let images = [spec.image.clone(), spec.build.tags[0].value.clone()];
    run_with_images(&docker, &fixture, &images, async {
        let lines = build(&docker, &spec).await.unwrap();
        for expected in ["colour is blue & green", "kept", "10.9.8.7\tdb"] {
            assert!(lines.iter().any(|line| line == expected), "{expected}: {lines:#?}");
        }
        assert!(
            lines.iter().any(|line| line.contains(" 1024 ") && line.contains("shm")),
            "{lines:#?}"
        );
        assert!(!lines.iter().any(|line| line == "dropped"), "{lines:#?}");
        let image = docker.find_image(&images[0]).await.unwrap().unwrap();
        assert_eq!(docker.find_image(&images[1]).await.unwrap().unwrap().id, image.id);
        let config = image.config.unwrap();
        assert_eq!((config.labels["a"].as_str(), config.labels["b"].as_str()), ("1", "2"));
        assert_eq!((config.exposed, config.volumes), (vec!["80/tcp".into()], vec!["/data".into()]));
        assert_eq!(config.healthcheck.unwrap().interval.unwrap().as_secs(), 7);
        assert_eq!(config.env["A"], "1");
    })
    .await;
}

#[tokio::test]
async fn a_container_takes_over_what_its_image_declares() {
    let (docker, fixture) = fixture::contract("declared").await;
    let folder = tempfile::tempdir().unwrap();
    let text = "FROM IMAGE\nENV A=1 B=2\nLABEL x=1 y=2\nEXPOSE 80 53/udp\nVOLUME /data /other\nUSER 7\nWORKDIR /tmp\nSTOPSIGNAL SIGINT\nHEALTHCHECK --interval=7s --retries=5 CMD true\nENTRYPOINT [\"sleep\"]\nCMD [\"60\"]\n";
    let image = spec(&fixture, folder.path(), text);
    run_with_images(&docker, &fixture, std::slice::from_ref(&image.image), async {
        build(&docker, &image).await.unwrap();
        let mut wanted = fixture.spec("one", &Script::Forever);
        wanted.image.clone_from(&image.image);
        wanted.command = None;
        wanted.env.insert("A".into(), None);
        wanted.env.insert("B".into(), Some(Secret::new("3")));
        wanted.labels.insert("y".into(), "3".into());
        wanted.healthcheck =
            Some(wharf_plan::spec::HealthSpec { retries: Some(9), ..Default::default() });
        compare(&docker, &fixture, &wanted).await;
        wanted.name = fixture.name("two");
        wanted.entrypoint = Some(vec!["sh".into(), "-c".into()]);
        compare(&docker, &fixture, &wanted).await;
        wanted.name = fixture.name("three");
        wanted.entrypoint = None;
        wanted.command = Some(Vec::new());
        compare(&docker, &fixture, &wanted).await;
        let id = fixture.start(&docker, "four", &Script::Forever).await;
        let run = ExecSpec { command: vec!["env".into()], ..Default::default() };
        docker.run(&id, &run, std::time::Duration::from_secs(20)).await.unwrap();
        wanted.name = fixture.name("five");
        wanted.command = Some(vec!["60".into()]);
        let id = fixture.create(&docker, &wanted).await;
        docker.start(&id).await.unwrap();
        let output = docker.run(&id, &run, std::time::Duration::from_secs(20)).await.unwrap();
        assert!(!output.output.contains("A=1") && output.output.contains("B=3\n"), "{output:?}");
    })
    .await;
}

async fn compare(docker: &Docker, fixture: &Fixture, wanted: &wharf_plan::ContainerSpec) {
    let id = fixture.create(docker, wanted).await;
    let details = docker.inspect(&id).await.unwrap().details;
    let mut expected = wharf_engine::contract::as_inspected(wanted, &details.image);
    let mut actual = details.spec;
    actual.env.retain(|_, value| value.is_some());
    expected.logging.clone_from(&actual.logging);
    assert_eq!(actual, expected);
}

#[tokio::test]
async fn a_step_that_fails_shows_the_end_of_its_output() {
    let (docker, fixture) = fixture::contract("failing").await;
    let folder = tempfile::tempdir().unwrap();
    let text = "FROM IMAGE\nRUN echo the reason && exit 9\n";
    let error = build(&docker, &spec(&fixture, folder.path(), text)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BuildFailed);
    assert!(error.message.contains("the reason\n") && error.message.ends_with('9'), "{error}");
}

#[tokio::test]
async fn a_build_that_cannot_begin_says_why() {
    let (docker, fixture) = fixture::contract("broken").await;
    let folder = tempfile::tempdir().unwrap();
    let text = "FROM IMAGE\nNONSENSE\n";
    let error = build(&docker, &spec(&fixture, folder.path(), text)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BuildFailed);
    assert!(error.message.to_lowercase().contains("nonsense"), "{error}");

    let mut without_file = spec(&fixture, folder.path(), "");
    without_file.build.dockerfile_inline = None;
    let error = build(&docker, &without_file).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BuildFailed);
    assert!(error.message.contains("Dockerfile"), "{error}");

    let mut secret = spec(&fixture, folder.path(), "FROM IMAGE\n");
    secret.build.secrets =
        vec![Spanned::implied(BuildSecret { source: "token".into(), target: None })];
    let error = build(&docker, &secret).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotSupported);
    assert!(error.message.contains("BuildKit"), "{error}");
}
