//! What becomes of anonymous volumes.

use crate::stage::{after_up, desired, id, made_by_docker_compose};
use wharf_plan::spec::{MountSource, MountSpec};
use wharf_plan::{Action, Desired, ImageConfig, Observed, Recreate, Removal, UpOptions, up};

const CACHE: &str = "services: { cache: { image: cache, volumes: ['/data', 'kept:/kept'] } }
volumes: { kept: {} }";

fn forced(
    desired: &Desired,
    observed: &Observed,
    change: impl Fn(&mut UpOptions),
) -> Vec<MountSpec> {
    let mut options = UpOptions { recreate: Recreate::Always, ..UpOptions::default() };
    change(&mut options);
    let plan = up(desired, observed, &options).unwrap().plan;
    let created = plan.nodes().iter().find_map(|node| match &node.action {
        Action::CreateContainer { spec, .. } => Some(spec.mounts.clone()),
        _ => None,
    });
    created.unwrap()
}

fn source_at(mounts: &[MountSpec], target: &str) -> MountSource {
    mounts.iter().find(|it| it.target == target).unwrap().source.clone()
}

fn volume(name: &str) -> MountSource {
    MountSource::Volume { name: name.to_owned(), nocopy: false, subpath: None }
}

#[test]
fn a_replacement_takes_over_the_anonymous_volumes() {
    let desired = desired(CACHE);
    let observed = after_up(&desired);
    let mounts = forced(&desired, &observed, |_| {});
    assert_eq!(source_at(&mounts, "/data"), volume(&id("shop-cache-1 /data")));
    assert_eq!(source_at(&mounts, "/kept"), volume("shop_kept"));
    assert_eq!(mounts.len(), 2);
}

#[test]
fn a_replacement_takes_over_a_volume_that_only_the_image_declares() {
    let declared = desired("services: { cache: { image: cache } }");
    let with_volume = desired("services: { cache: { image: cache, volumes: ['/data'] } }");
    let mut observed = after_up(&declared);
    observed.containers[0].mounts = after_up(&with_volume).containers[0].mounts.clone();
    let image = ImageConfig { volumes: vec!["/data".to_owned()], ..ImageConfig::default() };
    observed.images.get_mut("cache").unwrap().config = Some(image);
    let mounts = forced(&declared, &observed, |_| {});
    assert_eq!(source_at(&mounts, "/data"), volume(&id("shop-cache-1 /data")));
}

#[test]
fn a_volume_that_nothing_asks_for_any_more_is_not_taken_over() {
    let observed = after_up(&desired(CACHE));
    let wanted = desired(&CACHE.replace("'/data', ", ""));
    assert!(forced(&wanted, &observed, |_| {}).iter().all(|it| it.target != "/data"));
    let mut unknown = after_up(&desired(CACHE));
    unknown.images.get_mut("cache").unwrap().config = None;
    // Not knowing what the image declares, it is safer to keep the data in place.
    assert!(forced(&wanted, &unknown, |_| {}).iter().any(|it| it.target == "/data"));
}

#[test]
fn a_named_volume_at_the_same_path_takes_the_place_of_the_anonymous_one() {
    let observed = after_up(&desired(CACHE));
    let wanted = desired(&CACHE.replace("'/data'", "'kept:/data'"));
    assert_eq!(source_at(&forced(&wanted, &observed, |_| {}), "/data"), volume("shop_kept"));
}

#[test]
fn new_anonymous_volumes_come_only_when_asked_for() {
    let desired = desired(CACHE);
    let mounts = forced(&desired, &after_up(&desired), |it| it.renew_anonymous_volumes = true);
    assert_eq!(source_at(&mounts, "/data"), MountSource::Anonymous);
}

#[test]
fn a_volume_that_was_taken_over_is_no_difference() {
    let desired = desired(CACHE);
    let mut observed = after_up(&desired);
    made_by_docker_compose(&mut observed, &desired);
    assert!(up(&desired, &observed, &UpOptions::default()).unwrap().plan.is_unchanged());
}

#[test]
fn no_replacement_deletes_a_volume() {
    let desired = desired(CACHE);
    let options = UpOptions { recreate: Recreate::Always, ..UpOptions::default() };
    let plan = up(&desired, &after_up(&desired), &options).unwrap().plan;
    for node in plan.nodes() {
        if let Action::RemoveContainer { removal, .. } = &node.action {
            assert_eq!(*removal, Removal::KeepVolumes);
        }
    }
}

#[test]
fn an_external_volume_stays_whatever_its_name_looks_like() {
    let name = id("somebody's");
    let desired = desired(&format!(
        "services: {{ cache: {{ image: cache, volumes: ['old:/data'] }} }}
volumes: {{ old: {{ external: true, name: {name} }} }}"
    ));
    let mut observed = after_up(&desired);
    let there = wharf_plan::ObservedVolume { labels: [].into(), driver: "local".to_owned() };
    observed.volumes.insert(name.clone(), there);
    let options = wharf_plan::DownOptions {
        services: [].into(),
        scope: wharf_plan::Scope::DeleteData,
        grace: None,
        kept: [].into(),
        external: [name.clone()].into(),
    };
    let plan = wharf_plan::down("shop", &observed, &options);
    let removes =
        |action: &Action| matches!(action, Action::RemoveVolume { name: it } if *it == name);
    assert!(!plan.nodes().iter().any(|node| removes(&node.action)), "{}", plan.text());
}
