//! Logs.

use super::{Fixture, Script};
use crate::capability::{Engine, LogChunk, LogOptions, LogStream};
use futures_util::TryStreamExt as _;
use std::time::Duration;

async fn read(engine: &impl Engine, id: &str, options: LogOptions) -> Vec<LogChunk> {
    let lines = engine.logs(id, &options).try_collect();
    tokio::time::timeout(Duration::from_secs(20), lines).await.unwrap().unwrap()
}

fn texts(lines: &[LogChunk]) -> Vec<String> {
    lines.iter().map(|line| String::from_utf8_lossy(&line.line).into_owned()).collect()
}

/// Lines come in the order in which they were written, with rising times.
pub async fn tells_streams_and_times_in_order(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Speak).await;
    fixture.ended(engine, &id).await;
    let lines = read(engine, &id, LogOptions::default()).await;
    assert_eq!(texts(&lines), ["out", "err"]);
    let streams: Vec<_> = lines.iter().map(|line| line.stream).collect();
    assert_eq!(streams, [LogStream::Stdout, LogStream::Stderr]);
    let times: Vec<_> = lines.iter().map(|line| line.time.clone().unwrap()).collect();
    assert!(times[0] < times[1] && times[0].contains('T'), "{times:?}");
}

/// The end of the log, or nothing of it.
pub async fn gives_only_the_last_lines(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Count(5)).await;
    fixture.ended(engine, &id).await;
    let tail = |lines| LogOptions { tail: Some(lines), ..Default::default() };
    assert_eq!(texts(&read(engine, &id, tail(2)).await), ["line-4", "line-5"]);
    assert!(read(engine, &id, tail(0)).await.is_empty());
}

/// Following ends with the container, and nothing is lost on the way.
pub async fn follows_to_the_end_of_the_container(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Count(2000)).await;
    let options = LogOptions { follow: true, ..Default::default() };
    let lines = texts(&read(engine, &id, options).await);
    let expected: Vec<_> = (1..=2000).map(|number| format!("line-{number}")).collect();
    assert_eq!(lines, expected);
}

/// A line is a line, however an engine keeps it.
pub async fn joins_long_lines(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Long(50_000)).await;
    fixture.ended(engine, &id).await;
    let lines = read(engine, &id, LogOptions::default()).await;
    assert_eq!(texts(&lines), ["x".repeat(50_000)]);
}

/// A terminal is one stream whose lines end like the others'.
pub async fn reads_the_log_of_a_terminal(engine: &impl Engine, fixture: &Fixture) {
    for (what, script, expected) in [
        ("short", Script::Speak, vec!["out".to_owned(), "err".to_owned()]),
        ("long", Script::Long(50_000), vec!["x".repeat(50_000)]),
    ] {
        let mut spec = fixture.spec(what, &script);
        spec.tty = true;
        let id = fixture.create(engine, &spec).await;
        engine.start(&id).await.unwrap();
        fixture.ended(engine, &id).await;
        let lines = read(engine, &id, LogOptions::default()).await;
        assert_eq!(texts(&lines), expected);
        assert!(lines.iter().all(|line| line.stream == LogStream::Stdout && line.time.is_some()));
    }
}

/// Nothing is older than the given time.
pub async fn gives_only_what_is_newer(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Speak).await;
    fixture.ended(engine, &id).await;
    let future = || Some(String::from("4000000000.000000001"));
    let options = LogOptions { since: future(), ..Default::default() };
    assert!(read(engine, &id, options).await.is_empty());
    let options = LogOptions { until: future(), since: Some("1.5".into()), ..Default::default() };
    assert_eq!(read(engine, &id, options).await.len(), 2);
}
