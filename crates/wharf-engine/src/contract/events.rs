//! Events, and what the engine says of itself.

use super::{Fixture, Script};
use crate::capability::{Engine, EngineEvent};
use futures_util::StreamExt as _;
use std::time::Duration;
use wharf_plan::labels;

/// Events of the project's containers come in order; others' do not come.
pub async fn tells_what_happens_to_a_project_only(engine: &impl Engine, fixture: &Fixture) {
    let mut events = engine.events(&fixture.prefix);
    let mut foreign = fixture.spec("foreign", &Script::Exit(4));
    foreign.labels.insert(labels::PROJECT.into(), fixture.name("other"));
    let foreign = fixture.create(engine, &foreign).await;
    let act = async {
        engine.start(&foreign).await.unwrap();
        fixture.start(engine, "one", &Script::Exit(3)).await
    };
    let until_die = async {
        let mut seen: Vec<EngineEvent> = Vec::new();
        while seen.last().is_none_or(|event| event.action != "die") {
            seen.push(events.next().await.unwrap().unwrap());
        }
        seen
    };
    let both = futures_util::future::join(act, until_die);
    let (id, seen) = tokio::time::timeout(Duration::from_secs(20), both).await.unwrap();
    assert!(seen.iter().all(|event| event.container == id), "{seen:?}");
    assert!(seen.iter().all(|event| event.name == fixture.name("one")), "{seen:?}");
    assert!(seen.iter().any(|event| event.action == "start" && event.exit_code.is_none()));
    assert_eq!(seen.last().unwrap().exit_code, Some(3));
}

/// Product, versions, platform.
pub async fn tells_what_it_is(engine: &impl Engine, _: &Fixture) {
    let info = engine.info().await.unwrap();
    assert!(!info.product.is_empty() && !info.version.is_empty(), "{info:?}");
    assert!(info.api_version.starts_with("1."), "{info:?}");
    assert!(info.platform.contains('/'), "{info:?}");
}
