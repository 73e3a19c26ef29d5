//! Commands as the binary runs them: observe, plan, apply.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::unbounded_channel;
use wharf_engine::fake::FakeEngine;
use wharf_engine::{ApplyOptions, EngineError, Inspect, ObserveRequest, Outcome, apply, observe};
use wharf_plan::{Desired, DownOptions, Event, Observed, Plan, Scope, UpOptions, plan_images};

/// A plan, how its run ended, and what it told.
pub(crate) struct Run {
    pub(crate) plan: Plan,
    pub(crate) outcome: Outcome,
    pub(crate) events: Vec<Event>,
}

impl Run {
    pub(crate) async fn of(engine: &FakeEngine, plan: Plan) -> Self {
        let (sender, mut receiver) = unbounded_channel();
        let options = ApplyOptions { events: Some(sender), ..ApplyOptions::default() };
        let outcome = apply(Arc::new(engine.clone()), &plan, options).await;
        let mut events = Vec::new();
        while let Ok(event) = receiver.try_recv() {
            events.push(event);
        }
        Self { plan, outcome, events }
    }

    /// The run itself, when everything was done.
    pub(crate) fn succeeded(self) -> Self {
        assert!(self.outcome.is_success(), "{}\n{:#?}", self.plan.text(), self.outcome.failures);
        self
    }
}

pub(crate) async fn look(engine: &FakeEngine, desired: &Desired) -> Result<Observed, EngineError> {
    let request = ObserveRequest {
        project: desired.project.clone(),
        images: desired.services.values().map(|it| it.template.image.clone()).collect(),
        inspect: Inspect::WhereHashDiffers(desired.hashes()),
    };
    observe(engine, &request).await
}

/// `up`, as the binary runs it: images first, then containers, again when the plan was stale.
pub(crate) async fn up(
    engine: &FakeEngine,
    desired: &Desired,
    options: &UpOptions,
) -> Result<Run, EngineError> {
    // People run commands seconds apart, and ages of containers are told in seconds.
    tokio::time::advance(Duration::from_secs(1)).await;
    let mut attempts = 0;
    loop {
        attempts += 1;
        let mut observed = look(engine, desired).await?;
        let selected = desired.select(&options.services, options.dependencies);
        let images = plan_images(desired, &observed, &selected, options.images);
        if !images.is_unchanged() {
            Run::of(engine, images).await;
            observed = look(engine, desired).await?;
        }
        let proposal = wharf_plan::up(desired, &observed, options)
            .unwrap_or_else(|problems| panic!("{problems:#?}"));
        let run = Run::of(engine, proposal.plan).await;
        if !run.outcome.is_stale() || attempts == 3 {
            return Ok(run);
        }
    }
}

/// `down`.
pub(crate) async fn down(
    engine: &FakeEngine,
    project: &str,
    scope: Scope,
) -> Result<Run, EngineError> {
    let request = ObserveRequest { project: project.to_owned(), ..ObserveRequest::default() };
    let observed = observe(engine, &request).await?;
    let options = DownOptions {
        services: BTreeSet::new(),
        scope,
        grace: None,
        external: BTreeSet::new(),
        kept: BTreeSet::new(),
    };
    Ok(Run::of(engine, wharf_plan::down(project, &observed, &options)).await)
}

/// Runs a test on a clock that jumps to the next thing that is due; what takes a day never ends, and
/// fails.
pub(crate) fn paused<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let day = Duration::from_secs(86_400);
    runtime.block_on(async { tokio::time::timeout(day, test).await.unwrap() })
}
