//! Order, also when things fail.

use super::model::{Kind, Model, accidents, edits, models};
use super::{config, options, world};
use crate::support::{Run, desired, paused, up};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeSet;
use std::time::Duration;
use wharf_engine::capability::EngineEvent;
use wharf_engine::{ApplyOptions, ErrorKind};
use wharf_plan::{Edge, Event, NodeId, NodeOutcome};

/// Every action began after all that it follows had ended, well where that is asked.
fn assert_ordered(run: &Run) {
    let mut ended: Vec<Option<NodeOutcome>> = vec![None; run.plan.nodes().len()];
    for event in &run.events {
        match event {
            Event::NodeStarted { node, .. } => {
                for edge in &run.plan.nodes()[node.0].after {
                    match edge {
                        Edge::Success(id) => assert_eq!(ended[id.0], Some(NodeOutcome::Done)),
                        Edge::End(id) => assert!(ended[id.0].is_some()),
                    }
                }
            }
            Event::NodeFinished { node, outcome, .. } => ended[node.0] = Some(*outcome),
            _ => {}
        }
    }
    assert!(ended.iter().all(Option::is_some), "every action has an end");
}

/// What was skipped is exactly what needed something that failed.
fn assert_skipped_exactly(run: &Run) {
    let failed: BTreeSet<NodeId> = run.outcome.failures.iter().map(|it| it.node).collect();
    let mut lost = failed.clone();
    for node in run.plan.nodes() {
        let needs_lost = |edge: &Edge| matches!(edge, Edge::Success(id) if lost.contains(id));
        if node.after.iter().any(needs_lost) {
            lost.insert(node.id);
        }
    }
    for event in &run.events {
        let Event::NodeFinished { node, outcome, .. } = event else { continue };
        let expected = match (failed.contains(node), lost.contains(node)) {
            (true, _) => NodeOutcome::Failed,
            (false, true) => NodeOutcome::Skipped,
            (false, false) => NodeOutcome::Done,
        };
        assert_eq!(*outcome, expected, "#{} of\n{}", node.0, run.plan.text());
    }
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn actions_run_behind_what_they_follow_and_failures_skip_exactly_their_dependents(
        model in models(),
        before in edits(),
        accidents in accidents(),
        strikes in prop::collection::vec((any::<Index>(), any::<bool>()), 0..3),
    ) {
        paused(async {
            let desired = desired(&model.yaml());
            let straight = world(&model, &before, &accidents).await;
            let run = up(&straight, &desired, &options()).await.unwrap().succeeded();
            assert_ordered(&run);
            let engine = world(&model, &before, &accidents).await;
            for (at, is_disk) in &strikes {
                let kind = if *is_disk { ErrorKind::DiskFull } else { ErrorKind::Refused };
                engine.fail_nth(at.index(straight.change_count().max(1)) + 1, kind);
            }
            let run = up(&engine, &desired, &options()).await.unwrap();
            assert_ordered(&run);
            assert_skipped_exactly(&run);
            // Whatever failed, the next run mends it.
            engine.reset_calls();
            up(&engine, &desired, &options()).await.unwrap().succeeded();
        });
    }

    #[test]
    fn a_lost_answer_is_no_failure(
        model in models(),
        before in edits(),
        at in any::<Index>(),
        is_done in any::<bool>(),
    ) {
        use wharf_engine::fake::Moment;
        paused(async {
            let desired = desired(&model.yaml());
            let straight = world(&model, &before, &[]).await;
            up(&straight, &desired, &options()).await.unwrap().succeeded();
            if straight.change_count() == 0 {
                return;
            }
            let engine = world(&model, &before, &[]).await;
            let moment = if is_done { Moment::AfterEffect } else { Moment::BeforeEffect };
            engine.lose_connection_at(at.index(straight.change_count()) + 1, moment);
            up(&engine, &desired, &options()).await.unwrap().succeeded();
        });
    }

    #[test]
    fn services_start_behind_the_conditions_that_they_name(model in models()) {
        paused(async {
            let engine = model.engine();
            let desired = desired(&model.yaml());
            up(&engine, &desired, &options()).await.unwrap().succeeded();
            assert_started_in_order(&model, &engine.history());
            assert!(engine.most_parallel() <= ApplyOptions::default().parallel);
        });
    }
}

fn assert_started_in_order(model: &Model, history: &[(Duration, EngineEvent)]) {
    let of = |index: usize, action: &str| -> Vec<usize> {
        let prefix = format!("shop-s{index}-");
        let hits = history
            .iter()
            .enumerate()
            .filter(|(_, (_, event))| event.name.starts_with(&prefix) && event.action == action);
        hits.map(|(position, _)| position).collect()
    };
    for (index, service) in model.services.iter().enumerate() {
        let Some(first) = of(index, "start").into_iter().min() else { continue };
        for need in &service.needs {
            let starts = of(need.on, "start");
            assert!(starts.iter().all(|start| *start < first), "{}", model.yaml());
            let waits = !need.only_started;
            if waits && model.services[need.on].kind == Kind::OneShot {
                assert!(of(need.on, "die").iter().all(|end| *end < first));
            }
            if let (true, Kind::Healthy(probes)) = (waits, model.services[need.on].kind) {
                // The first probe is at once, the others are apart by at least the first pause.
                let wait = Duration::from_millis(100) * probes;
                let started = starts.iter().map(|start| history[*start].0).max();
                assert!(started.is_none_or(|at| history[first].0 >= at + wait));
            }
        }
    }
}
