//! Wharf is killed at any moment; the next run ends where an uninterrupted one would have.

use super::model::{Accident, Edit, Model, accidents, befall, edits, lose_network, models};
use super::{config, options, world};
use crate::support::{Snapshot, desired, down, paused, up};
use proptest::prelude::*;
use proptest::sample::Index;
use wharf_engine::fake::{FakeEngine, Moment};
use wharf_plan::{Recreate, Scope, UpOptions};

/// When wharf is killed: before a call, or after the effect of one whose answer it never saw.
#[derive(Debug, Clone)]
struct Kill {
    at: Index,
    moment: Moment,
}

fn kills() -> impl Strategy<Value = Kill> {
    let moment = prop_oneof![Just(Moment::BeforeEffect), Just(Moment::AfterEffect)];
    (any::<Index>(), moment).prop_map(|(at, moment)| Kill { at, moment })
}

impl Kill {
    /// Arms the engine; `count` is how many calls an uninterrupted run makes.
    fn arm(&self, engine: &FakeEngine, count: usize) {
        if count == 0 {
            return;
        }
        let number = self.at.index(count) + 1;
        match self.moment {
            Moment::BeforeEffect => engine.kill_at(number),
            Moment::AfterEffect => {
                engine.lose_connection_at(number, Moment::AfterEffect);
                engine.kill_at(number + 1);
            }
        }
    }
}

/// Runs `up` in two worlds that are alike, once without interruption and once killed on the way
/// and run again, and compares where they end.
async fn converges(
    model: &Model,
    options: &UpOptions,
    kill: &Kill,
    make_world: impl AsyncFn() -> FakeEngine,
) {
    let desired = desired(&model.yaml());
    let straight = make_world().await;
    up(&straight, &desired, options).await.unwrap().succeeded();

    let interrupted = make_world().await;
    kill.arm(&interrupted, straight.change_count());
    let first = up(&interrupted, &desired, options).await;
    let changes = interrupted.changes();
    interrupted.reset_calls();
    let again = up(&interrupted, &desired, options).await.unwrap().succeeded();

    let told = format!(
        "{}\nfirst: {}\nfirst did: {changes:#?}\nagain: {}",
        model.yaml(),
        first.map_or_else(|error| error.to_string(), |run| run.plan.text()),
        again.plan.text(),
    );
    let (there, wanted) = (Snapshot::of(&interrupted).await, Snapshot::of(&straight).await);
    assert_eq!(there, wanted, "{told}");
    assert_eq!(interrupted.lost_volumes(), Vec::<String>::new(), "{told}");
}

proptest! {
    #![proptest_config(config(192))]

    #[test]
    fn a_cold_up_is_taken_up_again(model in models(), kill in kills()) {
        paused(converges(&model, &options(), &kill, async || model.engine()));
    }

    #[test]
    fn a_replacing_up_is_taken_up_again(
        model in models(),
        before in edits(),
        accidents in accidents(),
        kill in kills(),
    ) {
        let make_world = async || world(&model, &before, &accidents).await;
        paused(converges(&model, &options(), &kill, make_world));
    }

    #[test]
    fn a_forced_up_is_taken_up_again(model in models(), before in edits(), kill in kills()) {
        let force = UpOptions { recreate: Recreate::Always, ..options() };
        paused(converges(&model, &force, &kill, async || world(&model, &before, &[]).await));
    }

    #[test]
    fn an_up_without_its_network_is_taken_up_again(
        model in models(),
        accidents in accidents(),
        kill in kills(),
    ) {
        let make_world = async || {
            let engine = world(&model, &[], &[]).await;
            if Snapshot::of(&engine).await.networks.contains("shop_front") {
                lose_network(&engine, "shop_front").await;
            }
            befall(&engine, &accidents).await;
            engine.reset_calls();
            engine
        };
        paused(converges(&model, &options(), &kill, make_world));
    }

    #[test]
    fn a_down_is_taken_up_again(
        model in models(),
        before in edits(),
        accidents in accidents(),
        kill in kills(),
        with_data in any::<bool>(),
    ) {
        paused(down_converges(&model, &before, &accidents, &kill, with_data));
    }
}

async fn down_converges(
    model: &Model,
    before: &[Edit],
    accidents: &[Accident],
    kill: &Kill,
    with_data: bool,
) {
    let scope = if with_data { Scope::DeleteData } else { Scope::KeepData };
    let straight = world(model, before, accidents).await;
    down(&straight, "shop", scope).await.unwrap().succeeded();
    let interrupted = world(model, before, accidents).await;
    kill.arm(&interrupted, straight.change_count());
    // What comes of it is what the next run finds.
    drop(down(&interrupted, "shop", scope).await);
    interrupted.reset_calls();
    down(&interrupted, "shop", scope).await.unwrap().succeeded();
    assert_eq!(Snapshot::of(&interrupted).await, Snapshot::of(&straight).await);
    if !with_data {
        assert_eq!(interrupted.lost_volumes(), Vec::<String>::new());
    }
}
