//! Values that must not be shown are in no form of a plan.

use crate::stage::{after_up, desired_with, inspected, project};
use wharf_plan::{
    Desired, ImageConfig, ImageOptions, Observed, UpOptions, Values, labels, needed_values,
    plan_images, up,
};

const CANARY: &str = "canary-7f3a";

const TEXT: &str = "
services:
  web:
    image: web
    build: { context: ., args: { KEY: canary-7f3a-arg } }
    environment: { PASSWORD: canary-7f3a-env }
    secrets: [token, cert]
    configs: [settings, { source: settings, target: /etc/other, mode: 0400 }]
secrets:
  token: { environment: TOKEN }
  cert: { file: ./cert.pem }
configs:
  settings: { content: 'key = canary-7f3a-content' }
";

#[test]
fn no_value_is_in_the_text_or_the_machine_form_or_a_debug_print() {
    let desired = desired_with(TEXT, "canary-7f3a-read");
    let selected = desired.services.keys().cloned().collect();
    let nothing = Observed::default();
    let images = plan_images(&desired, &nothing, &selected, ImageOptions::default());
    let cold = up(&desired, &nothing, &UpOptions::default()).unwrap().plan;
    let mut observed = after_up(&desired);
    let container = &mut observed.containers[0];
    container.labels.remove(labels::HASH);
    let mut spec = desired.services["web"].container("shop", 1);
    spec.env.clear();
    container.details = Some(Box::new(inspected(&spec, &ImageConfig::default())));
    let replacing = up(&desired, &observed, &UpOptions::default()).unwrap().plan;
    assert!(replacing.text().contains("env `PASSWORD`"), "{}", replacing.text());
    for plan in [images, cold, replacing] {
        assert!(!plan.is_unchanged());
        let json = serde_json::to_string(&plan).unwrap();
        for form in [plan.text(), json, format!("{plan:?}")] {
            assert!(!form.contains(CANARY), "{form}");
        }
    }
}

#[test]
fn a_file_is_mounted_and_everything_else_is_copied_in() {
    let desired = desired_with(TEXT, "content");
    let spec = &desired.services["web"].template;
    let mounts: Vec<_> = spec.mounts.iter().map(|it| it.target.as_str()).collect();
    assert_eq!(mounts, ["/run/secrets/cert"]);
    let files: Vec<_> = spec.files.iter().map(|it| (it.path.as_str(), it.mode)).collect();
    assert_eq!(files, [("/run/secrets/token", 0o444), ("/settings", 0o444), ("/etc/other", 0o400)]);
    let needed: Vec<_> =
        needed_values(&project(TEXT)).into_iter().map(|it| (it.key, it.needs_content)).collect();
    let expected = [("cert", false), ("token", true), ("settings", true)];
    assert_eq!(needed, expected.map(|(key, needs)| (key.to_owned(), needs)));
}

#[test]
fn another_content_replaces_the_container_and_the_same_does_not() {
    let before = desired_with(TEXT, "old");
    let observed = after_up(&before);
    assert!(up(&before, &observed, &UpOptions::default()).unwrap().plan.is_unchanged());
    let after = desired_with(TEXT, "new");
    let plan = up(&after, &observed, &UpOptions::default()).unwrap().plan;
    assert!(plan.text().contains("because changed(secrets or configs)"), "{}", plan.text());
}

#[test]
fn a_secret_that_cannot_be_given_is_refused() {
    for (text, message) in [
        ("secrets: { token: { external: true } }", "external"),
        ("secrets: { token: { environment: TOKEN } }", "read-only"),
    ] {
        let text = format!(
            "services: {{ web: {{ image: web, read_only: true, secrets: [token] }} }}\n{text}"
        );
        let problems = Desired::resolve(&project(&text), &Values::default()).unwrap_err();
        let all: Vec<_> = problems.iter().map(|it| it.message.clone()).collect();
        assert!(all.len() == 1 && all[0].contains(message), "{all:?}");
    }
}
