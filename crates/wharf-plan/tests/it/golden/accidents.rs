//! `up`, after a run that was cut off, and after somebody else has been there.

use super::{assert_up, changed, stack};
use crate::stage::{after_up, desired, id, made_by_docker_compose, named};
use wharf_plan::{ContainerState, Desired, Health, Observed, ObservedContainer, UpOptions, labels};

/// The container of Redis in its next version, as a replacement makes it: created, under a
/// passing name, with the hash of the wanted state.
fn next_redis(wanted: &Desired, old: &ObservedContainer) -> ObservedContainer {
    let mut next = named(&mut after_up(wanted), "shop-redis-1").clone();
    next.name = format!("{}_shop-redis-1", &old.id[..12]);
    next.id = id("next redis");
    next.state = ContainerState::Created;
    next.health = None;
    next.created += 1000;
    next.network_ids.clear();
    next
}

/// The world in which a replacement of Redis has got as far as `change` says.
fn cut_off(change: impl Fn(&mut Observed, ObservedContainer)) -> (Desired, Observed) {
    let wanted = changed("redis-cli, ping", "redis-cli, -p, '6379', ping");
    let mut observed = after_up(&stack());
    made_by_docker_compose(&mut observed, &stack());
    let next = next_redis(&wanted, named(&mut observed, "shop-redis-1"));
    change(&mut observed, next);
    let by_name = |a: &ObservedContainer, b: &ObservedContainer| {
        (&a.service, a.number, &a.name).cmp(&(&b.service, b.number, &b.name))
    };
    observed.containers.sort_by(by_name);
    (wanted, observed)
}

fn assert_taken_up(case: &str, change: impl Fn(&mut Observed, ObservedContainer)) {
    let (wanted, observed) = cut_off(change);
    assert_up(case, &wanted, &observed, &UpOptions::default());
}

#[test]
fn a_replacement_that_was_cut_off_is_taken_up_where_it_stopped() {
    let stop = |observed: &mut Observed| {
        let old = named(observed, "shop-redis-1");
        (old.state, old.health) = (ContainerState::Exited { code: 0 }, None);
    };
    let remove = |observed: &mut Observed| {
        observed.containers.retain(|it| it.name != "shop-redis-1");
    };
    assert_taken_up("cut-off-after-create", |observed, next| observed.containers.push(next));
    assert_taken_up("cut-off-after-stop", |observed, next| {
        stop(observed);
        observed.containers.push(next);
    });
    assert_taken_up("cut-off-after-remove", |observed, next| {
        remove(observed);
        observed.containers.push(next);
    });
    assert_taken_up("cut-off-after-rename", |observed, mut next| {
        remove(observed);
        next.name = "shop-redis-1".to_owned();
        observed.containers.push(next);
    });
}

#[test]
fn a_replacement_that_docker_compose_was_cut_off_in_is_taken_up() {
    // Docker Compose stops and removes the old one before it renames the new one, and so may
    // leave both running under other names.
    assert_taken_up("cut-off-both-running", |observed, mut next| {
        next.state = ContainerState::Running;
        next.health = Some(Health::Starting);
        observed.containers.push(next);
    });
}

#[test]
fn of_two_unwanted_containers_one_is_replaced_and_one_removed() {
    assert_taken_up("cut-off-twice", |observed, mut next| {
        next.labels.insert(labels::HASH.to_owned(), "0".repeat(64));
        next.details.clone_from(&named(observed, "shop-redis-1").details);
        observed.containers.push(next);
    });
}

#[test]
fn a_container_whose_network_is_gone_or_made_anew_is_replaced() {
    let desired = stack();
    let mut observed = after_up(&desired);
    observed.networks.remove("shop_backend");
    assert_up("network-gone", &desired, &observed, &UpOptions::default());
    let mut observed = after_up(&desired);
    observed.networks.get_mut("shop_frontend").unwrap().id = id("another");
    assert_up("network-made-anew", &desired, &observed, &UpOptions::default());
}

#[test]
fn a_container_that_was_disconnected_is_replaced() {
    let desired = stack();
    let mut observed = after_up(&desired);
    named(&mut observed, "shop-api-1").networks.retain(|it| it != "shop_frontend");
    assert_up("network-disconnected", &desired, &observed, &UpOptions::default());
}

#[test]
fn what_stopped_is_started_and_what_is_paused_stays_so() {
    let desired = stack();
    let mut observed = after_up(&desired);
    named(&mut observed, "shop-postgres-1").state = ContainerState::Exited { code: 137 };
    named(&mut observed, "shop-postgres-1").health = None;
    named(&mut observed, "shop-redis-1").state = ContainerState::Paused;
    named(&mut observed, "shop-api-1").state = ContainerState::Restarting;
    assert_up("stopped-paused-restarting", &desired, &observed, &UpOptions::default());
}

#[test]
fn a_failed_migration_runs_again() {
    let desired = stack();
    let mut observed = after_up(&desired);
    named(&mut observed, "shop-migrate-1").state = ContainerState::Exited { code: 1 };
    assert_up("one-shot-failed", &desired, &observed, &UpOptions::default());
}

#[test]
fn a_dead_container_is_replaced() {
    let desired = stack();
    let mut observed = after_up(&desired);
    named(&mut observed, "shop-redis-1").state = ContainerState::Dead;
    assert_up("dead", &desired, &observed, &UpOptions::default());
}

const SHARED: &str = "
services:
  vpn: { image: vpn:1, environment: { REGION: north } }
  torrent: { image: torrent, network_mode: 'service:vpn' }
  other: { image: other, depends_on: { vpn: { condition: service_started, restart: true } } }
";

#[test]
fn what_shares_a_network_is_replaced_and_what_asks_for_it_is_restarted() {
    let before = desired(SHARED);
    let mut observed = after_up(&before);
    made_by_docker_compose(&mut observed, &before);
    let wanted = desired(&SHARED.replace("north", "south"));
    assert_up("dependency-replaced", &wanted, &observed, &UpOptions::default());
}

#[test]
fn what_shares_the_network_of_an_older_container_is_replaced() {
    let desired = desired(SHARED);
    let mut observed = after_up(&desired);
    named(&mut observed, "shop-vpn-1").created += 1000;
    assert_up("shares-an-older-network", &desired, &observed, &UpOptions::default());
}
