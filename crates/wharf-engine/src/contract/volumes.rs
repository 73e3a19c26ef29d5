//! Volumes.

use super::fixture::assert_fails;
use super::{Fixture, Script};
use crate::ErrorKind;
use crate::capability::Engine;
use std::collections::BTreeMap;
use wharf_plan::spec::{MountSource, MountSpec, VolumeSpec};

/// Labels and driver come back; what is removed is gone.
pub async fn creates_lists_and_removes_a_volume(engine: &impl Engine, fixture: &Fixture) {
    let spec = VolumeSpec {
        name: fixture.name("data"),
        labels: BTreeMap::from([("a".into(), "1".into())]),
        ..Default::default()
    };
    engine.create_volume(&spec).await.unwrap();
    let volumes = engine.volumes().await.unwrap();
    assert_eq!(volumes[&spec.name].labels, spec.labels);
    assert_eq!(volumes[&spec.name].driver, "local");
    engine.remove_volume(&spec.name).await.unwrap();
    assert!(!engine.volumes().await.unwrap().contains_key(&spec.name));
}

/// Creating is idempotent.
pub async fn creating_a_volume_again_is_fine(engine: &impl Engine, fixture: &Fixture) {
    let name = fixture.volume(engine, "data").await;
    engine.create_volume(&VolumeSpec { name, ..Default::default() }).await.unwrap();
}

/// A container, running or not, uses its volumes.
pub async fn refuses_to_remove_a_volume_that_is_used(engine: &impl Engine, fixture: &Fixture) {
    let name = fixture.volume(engine, "data").await;
    let mut spec = fixture.spec("one", &Script::Forever);
    spec.mounts = vec![MountSpec {
        source: MountSource::Volume { name: name.clone(), nocopy: false, subpath: None },
        target: "/data".into(),
        read_only: false,
    }];
    fixture.create(engine, &spec).await;
    assert_fails(engine.remove_volume(&name).await, ErrorKind::Conflict);
}

/// Removing is idempotent.
pub async fn removing_a_volume_that_is_gone_is_fine(engine: &impl Engine, fixture: &Fixture) {
    engine.remove_volume(&fixture.name("none")).await.unwrap();
}
