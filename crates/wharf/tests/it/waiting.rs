//! What `up` says and how it ends when something does not become ready.

use crate::support::project;
use rustix::process::Signal;
use std::time::Duration;

/// Its check fails and says why; its log has a last word.
const SICK: &str = "
services:
  sick:
    image: $IMAGE
    command: [sh, -c, 'echo last-words; exec sleep 1000']
    stop_signal: SIGKILL
    healthcheck:
      test: [CMD-SHELL, 'echo no-contact; exit 1']
      interval: 100ms
      retries: 2
  web:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    depends_on: { sick: { condition: service_healthy } }
";

/// Its check never passes and never fails for good.
const SLOW: &str = "
services:
  slow:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    healthcheck:
      test: [CMD, test, -e, /tmp/ready]
      interval: 1s
      retries: 1000
      start_period: 1000s
  web:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    depends_on: { slow: { condition: service_healthy } }
";

#[test]
fn an_unhealthy_dependency_is_told_with_its_check_and_its_log() {
    let bench = project(SICK);
    let run = bench.wharf(["up"]).run().ends_with(1);
    for expected in ["engine::unhealthy", "sick", "no-contact", "last-words"] {
        assert!(run.stderr.contains(expected), "`{expected}` is missing in {run}");
    }
    assert!(!bench.container("web").is_running());
    assert!(bench.container("sick").is_running(), "it stays, to be looked at");
}

#[test]
fn a_one_shot_that_fails_is_told_with_its_exit_code_and_stops_what_waits_for_it() {
    let bench = project(
        "
services:
  setup:
    image: $IMAGE
    command: [sh, -c, 'echo no-schema >&2; exit 3']
  web:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    depends_on: { setup: { condition: service_completed_successfully } }
",
    );
    let run = bench.wharf(["up"]).run().ends_with(1);
    for expected in ["engine::exited", "setup", "3", "no-schema"] {
        assert!(run.stderr.contains(expected), "`{expected}` is missing in {run}");
    }
    assert_eq!(*bench.container("setup").at("/State/ExitCode"), 3);
    assert!(!bench.container("web").is_running());
}

#[test]
fn a_service_that_ends_right_after_its_start_is_no_success() {
    let bench = project(
        "
services:
  web: { image: $IMAGE, command: [sh, -c, 'exit 7'] }
  late:
    image: $IMAGE
    command: [sh, -c, 'sleep 1; touch /tmp/ready; exec sleep 1000']
    stop_signal: SIGKILL
    healthcheck: { test: [CMD, test, -e, /tmp/ready], interval: 30s }
",
    );
    let run = bench.wharf(["up"]).run().ends_with(1);
    assert!(run.stderr.contains("engine::exited"), "{run}");
    // Seen while waiting for it, or by the last look.
    let tells_code = ["exit code 7", "Exited (7)"].iter().any(|it| run.stderr.contains(it));
    assert!(tells_code, "{run}");
}

#[test]
fn waiting_ends_at_the_given_time() {
    let bench = project(SLOW);
    let run = bench.wharf(["up", "--wait-timeout", "2"]).run().ends_with(1);
    assert!(run.stderr.contains("engine::wait-timeout"), "{run}");
    assert!(run.took < Duration::from_secs(20), "{run}");
    assert!(bench.container("slow").is_running());
    assert!(!bench.container("web").is_running());
}

#[test]
fn detached_it_does_not_wait_for_health_that_nobody_depends_on() {
    let bench = project(SLOW);
    let _ = bench.wharf(["up", "--detach", "--no-deps", "slow"]).run().succeeds();
    assert!(bench.container("slow").is_running());
}

/// Ctrl-C in the middle: what was done is told, and the next run goes on from there.
#[test]
fn an_interrupted_up_ends_with_130_and_the_next_one_converges() {
    let bench = project(SLOW);
    for signal in [Signal::INT, Signal::TERM] {
        let up = bench.wharf(["up", "--progress", "plain"]).spawn();
        up.wait_for_stderr("Waiting for health");
        up.signal(signal);
        let run = up.finish().ends_with(130);
        assert!(run.stderr.contains("interrupted"), "{run}");
        assert!(run.took < Duration::from_secs(30), "{run}");
        assert!(bench.container("slow").is_running());
        assert!(!bench.container("web").is_running());
    }
    let before = bench.container("slow").identity();
    let _ = bench.wharf(["exec", "slow", "touch", "/tmp/ready"]).run().succeeds();
    let _ = bench.up();
    assert!(bench.container("web").is_running());
    assert_eq!(bench.container("slow").identity(), before);
}

#[test]
fn the_json_form_of_progress_ends_with_its_result_even_when_interrupted() {
    let bench = project(SLOW);
    let up = bench.wharf(["up", "--progress", "json"]).spawn();
    up.wait_for_stdout("\"await\"");
    up.signal(Signal::INT);
    let run = up.finish().ends_with(130);
    let events: Vec<serde_json::Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let kinds: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    assert_eq!(kinds.first(), Some(&"run.started"), "{run}");
    assert_eq!(kinds.last(), Some(&"run.finished"), "{run}");
    let last = events.last().expect("there are events");
    assert_eq!(last["summary"]["interrupted"], true, "{run}");
}

/// The first Ctrl-C lets the stop under way finish, the second does not wait for it.
#[test]
fn a_second_signal_ends_at_once() {
    let bench = project(
        "
services:
  stubborn:
    image: $IMAGE
    command: [sh, -c, 'trap : TERM; touch /tmp/ready; while :; do sleep 1; done']
    stop_grace_period: 60s
    healthcheck: { test: [CMD, test, -e, /tmp/ready], interval: 30s }
",
    );
    let _ = bench.up();
    let stop = bench.wharf(["stop", "--progress", "plain"]).spawn();
    stop.wait_for_stderr("Stopping");
    stop.signal(Signal::INT);
    stop.wait_for_stderr("once more ends at once");
    stop.signal(Signal::INT);
    let run = stop.finish().ends_with(130);
    assert!(run.took < Duration::from_secs(30), "{run}");
}

/// Following the logs, Ctrl-C stops what was started.
#[test]
fn attached_it_follows_the_logs_and_stops_the_containers_at_the_end() {
    let bench = project(
        "
services:
  talker:
    image: $IMAGE
    command: [sh, -c, 'trap \"exit 0\" TERM; while :; do echo still-here; sleep 1; done']
",
    );
    let up = bench.wharf(["up", "--attach"]).spawn();
    up.wait_for_stdout("talker-1  | still-here");
    up.signal(Signal::INT);
    let run = up.finish().ends_with(130);
    assert!(!bench.container("talker").is_running(), "{run}");
}
