//! Processes: run, exec, attach, wait.

use super::fixture::assert_fails;
use super::{Fixture, Script};
use crate::ErrorKind;
use crate::capability::{Engine, ExecSpec, LogStream, ProcessStream, TerminalSize};
use futures_util::TryStreamExt as _;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use wharf_plan::Secret;

const LIMIT: Duration = Duration::from_secs(20);

fn command(script: &Script) -> ExecSpec {
    ExecSpec { command: script.command(), ..Default::default() }
}

/// Everything that a process wrote, stream by stream.
async fn collect(output: ProcessStream) -> BTreeMap<&'static str, String> {
    let add = |mut all: BTreeMap<_, String>, (stream, bytes): (LogStream, Vec<u8>)| async move {
        let name = if stream == LogStream::Stdout { "out" } else { "err" };
        all.entry(name).or_default().push_str(&String::from_utf8_lossy(&bytes));
        Ok(all)
    };
    output.try_fold(BTreeMap::new(), add).await.unwrap()
}

/// Both streams, and the code.
pub async fn runs_a_command_and_gives_code_and_output(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Forever).await;
    let output = engine.run(&id, &command(&Script::Speak), LIMIT).await.unwrap();
    assert_eq!((output.code, output.output.as_str()), (0, "out\nerr\n"));
    let output = engine.run(&id, &command(&Script::Exit(7)), LIMIT).await.unwrap();
    assert_eq!((output.code, output.output.as_str()), (7, ""));
}

/// 64 KiB are kept, and the process still ends.
pub async fn keeps_the_beginning_of_a_long_output(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Forever).await;
    let output = engine.run(&id, &command(&Script::Long(200_000)), LIMIT).await.unwrap();
    assert_eq!((output.code, output.output.len()), (0, 64 * 1024));
}

/// The limit is kept.
pub async fn gives_up_on_a_command_that_takes_too_long(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Forever).await;
    let limit = Duration::from_millis(300);
    assert_fails(engine.run(&id, &command(&Script::Forever), limit).await, ErrorKind::TimedOut);
}

/// A command needs a running container.
pub async fn refuses_to_run_in_a_container_that_does_not_run(
    engine: &impl Engine,
    fixture: &Fixture,
) {
    let id = fixture.create(engine, &fixture.spec("one", &Script::Forever)).await;
    let spec = command(&Script::Speak);
    assert_fails(engine.run(&id, &spec, LIMIT).await, ErrorKind::Conflict);
    assert_fails(engine.run(&fixture.name("none"), &spec, LIMIT).await, ErrorKind::NotFound);
}

/// Further variables are the command's own.
pub async fn gives_variables_to_a_command(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Forever).await;
    let mut spec = command(&Script::Variable("COLOUR".into()));
    spec.env.insert("COLOUR".into(), Secret::new("blue = green"));
    let output = engine.run(&id, &spec, LIMIT).await.unwrap();
    assert_eq!(output.output, "blue = green\n");
}

/// Shutting the input down is the end of the input; then the code can be asked for.
pub async fn a_command_reads_what_is_written_to_it(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Forever).await;
    let spec = ExecSpec { stdin: true, ..command(&Script::Cat) };
    let mut session = engine.exec(&id, &spec).await.unwrap();
    assert_eq!(engine.exec_code(&session.id).await.unwrap(), None);
    session.input.write_all(b"hello\n").await.unwrap();
    session.input.shutdown().await.unwrap();
    assert_eq!(collect(session.output).await, BTreeMap::from([("out", "hello\n".into())]));
    let code = super::eventually("the command ends", async || {
        engine.exec_code(&session.id).await.unwrap()
    });
    assert_eq!(code.await, 0);
}

/// A terminal is one stream and has a size.
pub async fn a_command_has_a_terminal_that_can_be_resized(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.start(engine, "one", &Script::Forever).await;
    let spec = ExecSpec { tty: true, stdin: true, ..command(&Script::Size) };
    let session = engine.exec(&id, &spec).await.unwrap();
    let size = TerminalSize { width: 120, height: 40 };
    engine.resize_exec(&session.id, size).await.unwrap();
    let output = tokio::time::timeout(LIMIT, collect(session.output)).await.unwrap();
    assert_eq!(output, BTreeMap::from([("out", "40 120\r\n".into())]));
}

/// Whoever attaches first sees the first word.
pub async fn attaching_before_the_start_misses_nothing(engine: &impl Engine, fixture: &Fixture) {
    let id = fixture.create(engine, &fixture.spec("one", &Script::Speak)).await;
    let session = engine.attach(&id, false).await.unwrap();
    engine.start(&id).await.unwrap();
    let output = tokio::time::timeout(LIMIT, collect(session.output)).await.unwrap();
    assert_eq!(output, BTreeMap::from([("out", "out\n".into()), ("err", "err\n".into())]));
}

/// The main process of a container of `run` reads what is typed, and its input ends with the one
/// who types.
pub async fn an_attached_process_reads_what_is_written_to_it(
    engine: &impl Engine,
    fixture: &Fixture,
) {
    let mut spec = fixture.spec("one", &Script::Cat);
    spec.stdin_open = true;
    spec.labels.insert(wharf_plan::labels::ONE_OFF.into(), "True".into());
    let id = fixture.create(engine, &spec).await;
    let mut session = engine.attach(&id, true).await.unwrap();
    engine.start(&id).await.unwrap();
    session.input.write_all(b"hello\n").await.unwrap();
    session.input.shutdown().await.unwrap();
    let output = tokio::time::timeout(LIMIT, collect(session.output)).await.unwrap();
    assert_eq!(output, BTreeMap::from([("out", "hello\n".into())]));
    assert_eq!(fixture.ended(engine, &id).await, 0);
}

/// A wait that begins while it runs ends with it; one that begins later ends at once.
pub async fn waits_for_the_end_of_a_container(engine: &impl Engine, fixture: &Fixture) {
    let mut spec = fixture.spec("one", &Script::Await(5));
    spec.stdin_open = true;
    let id = fixture.create(engine, &spec).await;
    let mut session = engine.attach(&id, true).await.unwrap();
    engine.start(&id).await.unwrap();
    let (code, ()) = futures_util::future::join(engine.wait(&id), async {
        session.input.write_all(b"go\n").await.unwrap();
        session.input.flush().await.unwrap();
    })
    .await;
    assert_eq!(code.unwrap(), 5);
    assert_eq!(engine.wait(&id).await.unwrap(), 5);
}
