//! `up`, when the files have changed and when they have not.

use super::{STACK, assert_golden, assert_up, changed, plan_text, stack};
use crate::stage::{after_up, desired, image_id, made_by_docker_compose, named};
use std::collections::BTreeSet;
use wharf_plan::{
    Dependencies, ImageOptions, Observed, Readiness, Recreate, UpOptions, plan_images,
};

#[test]
fn a_cold_up_makes_everything_in_the_order_of_dependencies() {
    let desired = stack();
    let selected: BTreeSet<String> = desired.services.keys().cloned().collect();
    let nothing = Observed::default();
    let images = plan_images(&desired, &nothing, &selected, ImageOptions::default());
    assert_golden("cold-images", &plan_text(&images));
    assert_up("cold-up", &desired, &nothing, &UpOptions::default());
}

#[test]
fn an_up_that_waits_for_dependencies_only_has_no_other_waits() {
    let options = UpOptions { readiness: Readiness::Dependencies, ..UpOptions::default() };
    assert_up("cold-up-detached", &stack(), &Observed::default(), &options);
}

#[test]
fn nothing_is_done_when_nothing_has_changed() {
    let desired = stack();
    assert_up("unchanged", &desired, &after_up(&desired), &UpOptions::default());
}

#[test]
fn a_changed_variable_is_named_and_its_value_is_not() {
    let mut observed = after_up(&stack());
    made_by_docker_compose(&mut observed, &stack());
    let wanted = changed("LEVEL: info", "LEVEL: debug");
    assert_up("env-changed", &wanted, &observed, &UpOptions::default());
}

#[test]
fn a_new_image_behind_the_same_name_replaces_its_containers() {
    let desired = stack();
    let mut observed = after_up(&desired);
    observed.images.get_mut("redis:7-alpine").unwrap().id = image_id("redis:7.4");
    assert_up("image-changed", &desired, &observed, &UpOptions::default());
}

#[test]
fn containers_of_docker_compose_are_kept_as_they_are() {
    let desired = stack();
    let mut observed = after_up(&desired);
    made_by_docker_compose(&mut observed, &desired);
    assert_up("adopted-unchanged", &desired, &observed, &UpOptions::default());
}

#[test]
fn containers_of_docker_compose_are_replaced_with_their_exact_changes() {
    let mut observed = after_up(&stack());
    made_by_docker_compose(&mut observed, &stack());
    let text = STACK
        .replace("redis:7-alpine", "redis:8-alpine")
        .replace("['3000:3000']", "['3001:3000']")
        .replace("command: [migrate]", "command: [migrate, --all]")
        .replace("LEVEL: info", "MODE: fast");
    let wanted = desired(&text);
    assert_up("adopted-changed", &wanted, &observed, &UpOptions::default());
}

#[test]
fn a_new_database_container_runs_the_migration_again() {
    let mut observed = after_up(&stack());
    made_by_docker_compose(&mut observed, &stack());
    let wanted = changed("POSTGRES_PASSWORD: secret", "POSTGRES_PASSWORD: other");
    assert_up("one-shot-runs-again", &wanted, &observed, &UpOptions::default());
}

#[test]
fn a_migration_that_has_not_seen_the_present_database_runs_again() {
    let desired = stack();
    let mut observed = after_up(&desired);
    named(&mut observed, "shop-postgres-1").created += 1000;
    assert_up("one-shot-older-than-its-database", &desired, &observed, &UpOptions::default());
}

const SCALED: &str = "
services:
  worker: { image: worker, deploy: { replicas: 3 }, networks: [default] }
";

#[test]
fn replicas_are_added_and_removed_from_the_end() {
    let three = desired(SCALED);
    let one = desired(&SCALED.replace("replicas: 3", "replicas: 1"));
    assert_up("scaled-up", &three, &after_up(&one), &UpOptions::default());
    assert_up("scaled-down", &one, &after_up(&three), &UpOptions::default());
    let options = UpOptions { scale: [("worker".to_owned(), 0)].into(), ..UpOptions::default() };
    assert_up("scaled-to-nothing", &one, &after_up(&one), &options);
}

#[test]
fn containers_that_no_service_accounts_for_are_named_or_removed() {
    let observed = after_up(&desired("services: { web: { image: web }, old: { image: old } }"));
    let wanted = desired("services: { web: { image: web } }");
    assert_up("orphans-named", &wanted, &observed, &UpOptions::default());
    let options = UpOptions { remove_orphans: true, ..UpOptions::default() };
    assert_up("orphans-removed", &wanted, &observed, &options);
}

#[test]
fn containers_of_inactive_services_are_no_orphans() {
    let text = "services: { web: { image: web }, tool: { image: tool, profiles: [tools] } }";
    let mut observed = after_up(&desired(&text.replace(", profiles: [tools]", "")));
    observed.images.clear();
    assert_up("inactive-is-no-orphan", &desired(text), &observed, &UpOptions::default());
}

#[test]
fn force_recreate_replaces_what_is_named_and_what_that_needs() {
    let desired = stack();
    let force = UpOptions {
        services: vec!["migrate".to_owned()],
        recreate: Recreate::Always,
        ..UpOptions::default()
    };
    assert_up("force-recreate", &desired, &after_up(&desired), &force);
    let alone = UpOptions { dependencies: Dependencies::Excluded, ..force };
    assert_up("force-recreate-no-deps", &desired, &after_up(&desired), &alone);
}

#[test]
fn no_recreate_leaves_what_has_changed() {
    let mut observed = after_up(&stack());
    made_by_docker_compose(&mut observed, &stack());
    let wanted = changed("LEVEL: info", "LEVEL: debug");
    let options = UpOptions { recreate: Recreate::Never, ..UpOptions::default() };
    assert_up("no-recreate", &wanted, &observed, &options);
}

#[test]
fn images_are_pulled_and_built_as_their_policies_say() {
    let text = "
services:
  always: { image: a, pull_policy: always }
  missing: { image: b }
  never: { image: c, pull_policy: never }
  built: { image: d, build: . }
  also: { image: d }
";
    let desired = desired(text);
    let selected: BTreeSet<String> = desired.services.keys().cloned().collect();
    let nothing = Observed::default();
    let there = after_up(&desired);
    let cold = plan_images(&desired, &nothing, &selected, ImageOptions::default());
    assert_golden("images-cold", &plan_text(&cold));
    let warm = plan_images(&desired, &there, &selected, ImageOptions::default());
    assert_golden("images-warm", &plan_text(&warm));
    let options = ImageOptions { build: true, ..ImageOptions::default() };
    assert_golden("images-build", &plan_text(&plan_images(&desired, &there, &selected, options)));
}
