//! What holds for every project, every world, every accident.

mod killed;
mod model;
mod order;

use crate::support::{Snapshot, down, mark_volumes, paused, up};
use model::{Accident, Edit, Model, accidents, befall, edits, models};
use proptest::prelude::*;
use wharf_engine::capability::{Containers as _, Volumes as _};
use wharf_engine::fake::FakeEngine;
use wharf_plan::{Recreate, Scope, UpOptions};

/// Failures are printed with their input; what was learnt from them is a test of its own.
/// `PROPTEST_CASES`, whose default is 256, scales how much is tried.
fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = cases * default.cases / 256;
    ProptestConfig { cases, failure_persistence: None, ..default }
}

fn options() -> UpOptions {
    UpOptions { remove_orphans: true, ..UpOptions::default() }
}

/// A world in which an earlier version of the project was up, and things happened since.
async fn world(model: &Model, before: &[Edit], accidents: &[Accident]) -> FakeEngine {
    let before = model.before(before);
    let engine = before.engine();
    let desired = crate::support::desired(&before.yaml());
    up(&engine, &desired, &options()).await.unwrap().succeeded();
    mark_volumes(&engine).await;
    befall(&engine, accidents).await;
    model.script(&engine);
    engine.reset_calls();
    engine
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn planning_again_after_a_run_changes_nothing(
        model in models(),
        before in edits(),
        accidents in accidents(),
    ) {
        paused(async {
            let engine = world(&model, &before, &accidents).await;
            let desired = crate::support::desired(&model.yaml());
            up(&engine, &desired, &options()).await.unwrap().succeeded();
            let first = Snapshot::of(&engine).await;
            let again = up(&engine, &desired, &options()).await.unwrap().succeeded();
            assert!(again.plan.is_unchanged(), "{}\n{}", model.yaml(), again.plan.text());
            assert_eq!(again.plan.unchanged, first.containers.len());
            assert_eq!(Snapshot::of(&engine).await, first);
            assert_eq!(engine.lost_volumes(), Vec::<String>::new());
        });
    }

    #[test]
    fn data_outlives_a_forced_replacement(model in models(), before in edits()) {
        paused(async {
            let engine = world(&model, &before, &[]).await;
            let desired = crate::support::desired(&model.yaml());
            up(&engine, &desired, &options()).await.unwrap().succeeded();
            mark_volumes(&engine).await;
            let first = Snapshot::of(&engine).await;
            let force = UpOptions { recreate: Recreate::Always, ..options() };
            up(&engine, &desired, &force).await.unwrap().succeeded();
            assert_eq!(Snapshot::of(&engine).await, first);
            assert_eq!(engine.lost_volumes(), Vec::<String>::new());
        });
    }

    #[test]
    fn nothing_but_volumes_is_left_after_down(
        model in models(),
        before in edits(),
        accidents in accidents(),
    ) {
        paused(async {
            let engine = world(&model, &before, &accidents).await;
            let volumes = Snapshot::of(&engine).await.volumes;
            down(&engine, "shop", Scope::KeepData).await.unwrap().succeeded();
            let left = Snapshot::of(&engine).await;
            assert!(left.containers.is_empty() && left.networks.is_empty(), "{left:#?}");
            assert_eq!(left.volumes, volumes);
            assert_eq!(engine.lost_volumes(), Vec::<String>::new());
        });
    }

    #[test]
    fn nothing_at_all_is_left_after_down_with_data(model in models(), before in edits()) {
        paused(async {
            let engine = world(&model, &before, &[]).await;
            let desired = crate::support::desired(&model.yaml());
            up(&engine, &desired, &options()).await.unwrap().succeeded();
            let in_use: Vec<String> = engine
                .list()
                .await
                .unwrap()
                .into_iter()
                .flat_map(|it| it.mounts)
                .filter_map(|mount| mount.volume)
                .collect();
            down(&engine, "shop", Scope::DeleteData).await.unwrap().succeeded();
            let left = Snapshot::of(&engine).await;
            assert!(left.containers.is_empty() && left.networks.is_empty(), "{left:#?}");
            assert!(left.volumes.is_empty(), "{left:#?}");
            // Volumes that earlier versions left behind have no owner any more.
            let there = engine.volumes().await.unwrap();
            assert!(!in_use.iter().any(|name| there.contains_key(name)), "{there:#?}");
        });
    }
}
