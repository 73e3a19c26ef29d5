//! `down`, `stop`, `start`, `restart`, `kill` from labels alone, and `run`.

use super::{assert_golden, plan_text, stack};
use crate::stage::{after_up, desired, id, named};
use std::collections::BTreeSet;
use std::time::Duration;
use wharf_plan::{
    ContainerState, DownOptions, Lifecycle, Observed, OneOff, Scope, down, lifecycle, one_off,
    remove_one_off,
};

fn assert_down(case: &str, observed: &Observed, change: impl Fn(&mut DownOptions)) {
    let mut options = DownOptions {
        services: BTreeSet::new(),
        scope: Scope::KeepData,
        grace: None,
        external: BTreeSet::new(),
        kept: BTreeSet::new(),
    };
    change(&mut options);
    assert_golden(case, &plan_text(&down("shop", observed, &options)));
}

#[test]
fn down_removes_dependents_first_and_keeps_volumes() {
    assert_down("down", &after_up(&stack()), |_| {});
}

#[test]
fn down_with_data_removes_every_volume_that_a_container_had() {
    assert_down("down-with-data", &after_up(&stack()), |it| it.scope = Scope::DeleteData);
}

#[test]
fn down_of_some_services_leaves_networks_and_volumes() {
    assert_down("down-services", &after_up(&stack()), |it| {
        it.services = ["api".to_owned(), "redis".to_owned()].into();
        it.scope = Scope::DeleteData;
    });
}

#[test]
fn down_leaves_what_is_external_and_what_kept_containers_use() {
    let observed = after_up(&stack());
    assert_down("down-external", &observed, |it| {
        it.external = ["shop_data".to_owned(), "shop_frontend".to_owned()].into();
        it.scope = Scope::DeleteData;
    });
    assert_down("down-kept", &observed, |it| {
        it.kept = ["postgres".to_owned()].into();
        it.scope = Scope::DeleteData;
    });
}

#[test]
fn down_takes_the_new_volumes_of_containers_that_never_started() {
    let mut observed = after_up(&stack());
    for container in &mut observed.containers {
        container.state = ContainerState::Created;
    }
    assert_down("down-never-started", &observed, |_| {});
}

fn assert_lifecycle(case: &str, observed: &Observed, services: &[&str], what: &Lifecycle) {
    let services = services.iter().map(|it| (*it).to_owned()).collect();
    assert_golden(case, &plan_text(&lifecycle("shop", observed, &services, what)));
}

#[test]
fn stop_goes_from_dependents_to_dependencies_and_start_the_other_way() {
    let running = after_up(&stack());
    let stop = Lifecycle::Stop { grace: Some(Duration::from_secs(3)) };
    assert_lifecycle("stop", &running, &[], &stop);
    assert_lifecycle("stop-some", &running, &["api", "postgres"], &stop);
    let mut stopped = running;
    for container in &mut stopped.containers {
        container.state = ContainerState::Exited { code: 0 };
        container.health = None;
    }
    assert_lifecycle("start", &stopped, &[], &Lifecycle::Start);
    assert_lifecycle("stop-stopped", &stopped, &[], &stop);
}

#[test]
fn restart_starts_what_does_not_run_and_kill_takes_only_what_does() {
    let mut observed = after_up(&stack());
    named(&mut observed, "shop-redis-1").state = ContainerState::Exited { code: 0 };
    assert_lifecycle("restart", &observed, &[], &Lifecycle::Restart { grace: None });
    let kill = Lifecycle::Kill { signal: "SIGHUP".to_owned() };
    assert_lifecycle("kill", &observed, &[], &kill);
}

#[test]
fn run_makes_one_more_container_that_does_not_answer_for_its_service() {
    let desired = stack();
    let wish = OneOff {
        service: "api".to_owned(),
        slug: "a1b2c3".to_owned(),
        command: Some(vec!["shell".to_owned()]),
        ..OneOff::default()
    };
    let (proposal, name) = one_off(&desired, &Observed::default(), &wish).unwrap();
    let removal = remove_one_off("shop", &id(&name), &name, true);
    assert_golden("run", &(plan_text(&proposal.plan) + &plan_text(&removal)));
}

#[test]
fn labels_that_form_a_circle_do_not_hang() {
    let desired = desired("services: { a: { image: a }, b: { image: b } }");
    let mut observed = after_up(&desired);
    for (name, needs) in [("shop-a-1", "b"), ("shop-b-1", "a")] {
        let label = wharf_plan::labels::DEPENDS_ON.to_owned();
        let value = format!("{needs}:service_started:false");
        named(&mut observed, name).labels.insert(label, value);
    }
    assert_down("down-circle", &observed, |_| {});
}
