//! A run in every form.

use crate::screen::Capture;
use crate::stack::{beginning, finished, plan, progress, rest, run_started, started};
use jiff::{SignedDuration, Timestamp};
use wharf_plan::{Event, NodeOutcome, Summary};
use wharf_term::progress::{Json, Plain, Reporter, State, frame};
use wharf_term::{Color, Size};

fn state_of<'a>(events: impl IntoIterator<Item = &'a Event>) -> State {
    let mut state = State::new("up", &plan());
    events.into_iter().for_each(|event| state.apply(event));
    state
}

fn shown(state: &State, columns: usize, rows: usize, now: u64, color: Color) -> String {
    frame(state, Size { columns, rows }, now, color).join("\n").replace('\u{1b}', "^")
}

#[test]
fn a_frame_has_a_line_per_address_and_says_where_the_run_stands() {
    let state = state_of(&beginning(&plan()));
    insta::assert_snapshot!(shown(&state, 80, 24, 2100, Color::Never), @"
       Pulling image postgres:16-alpine  layer 4/7  12.3 MiB of 80 MiB       2.1s ⠙
      Removing service cron/1                                                0.9s ⠙
    up shop  2 of 13 actions  2.1s
    ");
}

#[test]
fn a_frame_is_coloured_by_role() {
    let state = state_of(&beginning(&plan()));
    insta::assert_snapshot!(shown(&state, 80, 24, 2200, Color::Always), @"
    ^[36m   Pulling^[0m image ^[1mpostgres:16-alpine^[0m  layer 4/7  12.3 MiB of 80 MiB     ^[2m  2.2s^[0m^[36m ⠹^[0m
    ^[36m  Removing^[0m service ^[1mcron/1^[0m                                              ^[2m  1.0s^[0m^[36m ⠹^[0m
    ^[1mup shop^[0m  2 of 13 actions^[2m  2.2s^[0m
    ");
}

#[test]
fn a_narrow_frame_drops_details_before_names() {
    let state = state_of(&beginning(&plan()));
    insta::assert_snapshot!(shown(&state, 40, 24, 2100, Color::Never), @"
       Pulling image postgres:16…  2.1s ⠙
      Removing service cron/1      0.9s ⠙
    up shop  2 of 13 actions  2.1s
    ");
    insta::assert_snapshot!(shown(&state, 24, 24, 2100, Color::Never), @"
    Pulling image postgres…
    Removing service cron/…
    up shop  2 of 13 actio…
    ");
}

#[test]
fn a_wait_says_what_it_waits_for_and_what_it_last_saw() {
    let plan = plan();
    let mut state = state_of(&beginning(&plan));
    for node in 2..5 {
        state.apply(&started(&plan, node, 3000));
        state.apply(&finished(&plan, node, 3000, 0, NodeOutcome::Done));
    }
    state.apply(&started(&plan, 5, 3000));
    state.apply(&progress(&plan, 5, 3100, "connection refused"));
    state.apply(&started(&plan, 10, 3000));
    state.apply(&finished(&plan, 10, 3100, 100, NodeOutcome::Done));
    insta::assert_snapshot!(shown(&state, 80, 24, 5100, Color::Never), @"
       Pulling image postgres:16-alpine  layer 4/7  12.3 MiB of 80 MiB       5.1s ⠙
      Removing service cron/1                                                3.9s ⠙
       Waiting service db/1              for health: connection refused      2.1s ⠙
    up shop  6 of 13 actions  5.1s
    ");
}

#[test]
fn a_frame_is_never_taller_than_the_screen() {
    let plan = plan();
    let mut state = state_of([&run_started(&plan)]);
    for node in [0, 1, 2, 6, 10, 11] {
        state.apply(&started(&plan, node, 0));
    }
    insta::assert_snapshot!(shown(&state, 60, 5, 100, Color::Never), @"
      Creating network default                           0.1s ⠙
       Pulling image postgres:16-…                       0.1s ⠙
             … 4 more
    up shop  0 of 13 actions  0.1s
    ");
    for rows in 0..12 {
        assert!(
            frame(&state, Size { columns: 60, rows }, 100, Color::Never).len()
                <= rows.saturating_sub(1)
        );
    }
}

fn plain(events: &[Event], ticks: &[u64]) -> String {
    let capture = Capture::default();
    let mut reporter = Plain::new(State::new("up", &plan()), capture.stream(Color::Never, None));
    for event in events {
        reporter.event(event);
    }
    for now in ticks {
        reporter.tick(*now);
    }
    reporter.finish();
    reporter.finish();
    capture.text()
}

#[test]
fn the_plain_form_has_one_line_per_change() {
    let plan = plan();
    let events: Vec<_> = beginning(&plan).into_iter().chain(rest(&plan)).collect();
    insta::assert_snapshot!(plain(&events, &[]), @"
       0.0s  up shop: 13 actions
       0.0s  network default  Creating
       0.0s  image postgres:16-alpine  Pulling
       0.0s  service cron/1  Stopping
       0.1s  network default  Created (120ms)
       1.2s  service cron/1  Removing
       1.3s  service cron/1  Removed (1.3s)
    warning[engine::slow]: the engine answers slowly
     = note: the last request took 4.2s
    help: look at the load of the machine
       4.0s  image postgres:16-alpine  Pulled (4.0s)
       4.0s  service db/1  Creating
       4.4s  service db/1  Connecting
       4.8s  service db/1  Starting
       5.2s  service db/1  Waiting for health
       5.6s  service db/1  Healthy (1.6s)
       5.6s  service api/1  Stopping
       6.0s  service api/1  Removing
       6.4s  service api/1  Creating
       6.8s  service api/1  Starting
       7.2s  service api/1  Replaced (1.6s)
       7.2s  service web/1  Starting
       7.6s  service web/1  Started (400ms)
    up finished in 8.4s: 2 created, 1 replaced, 1 started, 1 removed, 1 pulled, 3 unchanged
    ");
}

#[test]
fn the_plain_form_breaks_a_long_silence_with_what_is_waited_for() {
    let ticks = [29_000, 31_100, 31_200, 40_000, 61_000, 61_200];
    insta::assert_snapshot!(plain(&beginning(&plan()), &ticks), @"
     0.0s  up shop: 13 actions
     0.0s  network default  Creating
     0.0s  image postgres:16-alpine  Pulling
     0.0s  service cron/1  Stopping
     0.1s  network default  Created (120ms)
     1.2s  service cron/1  Removing
    31.2s  still waiting: image postgres:16-alpine (pulling: layer 4/7  12.3 MiB of 80 MiB, 31.2s), service cron/1 (removing, 30.0s)
    1m01s  still waiting: image postgres:16-alpine (pulling: layer 4/7  12.3 MiB of 80 MiB, 1m01s), service cron/1 (removing, 1m00s)
    ");
}

#[test]
fn a_failure_says_what_failed_and_what_was_not_tried() {
    let plan = plan();
    let mut events = vec![run_started(&plan), started(&plan, 2, 0)];
    events.push(finished(&plan, 2, 100, 100, NodeOutcome::Done));
    events.push(finished(&plan, 3, 100, 0, NodeOutcome::Done));
    events.push(finished(&plan, 4, 100, 0, NodeOutcome::Done));
    events.push(started(&plan, 5, 200));
    events.push(finished(&plan, 5, 9200, 9000, NodeOutcome::Failed));
    events.extend((6..11).map(|node| finished(&plan, node, 9200, 0, NodeOutcome::Skipped)));
    events.push(started(&plan, 11, 9200));
    events.push(finished(&plan, 11, 9300, 100, NodeOutcome::Done));
    events.push(finished(&plan, 12, 9300, 0, NodeOutcome::Skipped));
    let summary = Summary { created: 1, failed: 1, skipped: 6, ..Summary::default() };
    events.push(Event::RunFinished { at: 9400, summary });
    insta::assert_snapshot!(plain(&events, &[]), @"
       0.0s  up shop: 13 actions
       0.0s  service db/1  Creating
       0.2s  service db/1  Waiting for health
       9.2s  service db/1  Failed to become healthy (9.2s)
       9.2s  service api/1  Skipped
       9.2s  service web/1  Skipped
       9.2s  service cron/1  Stopping
       9.3s  service cron/1  Skipped, stopped only (100ms)
    up failed after 9.4s: 1 failed, 6 skipped, 1 created
    ");
}

#[test]
fn the_machine_form_has_one_event_per_line() {
    let capture = Capture::default();
    let mut now: Timestamp = "2026-11-20T03:44:00Z".parse().unwrap();
    let clock = move || {
        now += SignedDuration::from_millis(250);
        now
    };
    let mut reporter = Json::new(capture.stream(Color::Never, None), clock);
    let plan = plan();
    let events: Vec<_> = beginning(&plan).into_iter().chain(rest(&plan)).collect();
    for event in events.iter().take(6).chain(&events[9..10]).chain(events.last()) {
        reporter.event(event);
    }
    reporter.finish();
    let text = capture.text();
    insta::assert_snapshot!(text, @r#"
    {"v":1,"t":"2026-11-20T03:44:00.250Z","type":"run.started","project":"shop","actions":13}
    {"v":1,"t":"2026-11-20T03:44:00.500Z","type":"node.started","at":0,"node":0,"address":"network/default","verb":"create","argument":"shop_default"}
    {"v":1,"t":"2026-11-20T03:44:00.750Z","type":"node.started","at":0,"node":1,"address":"image/postgres:16-alpine","verb":"pull","argument":null}
    {"v":1,"t":"2026-11-20T03:44:01.000Z","type":"node.started","at":10,"node":11,"address":"service/cron/1","verb":"stop","argument":null}
    {"v":1,"t":"2026-11-20T03:44:01.250Z","type":"node.finished","at":120,"node":0,"address":"network/default","verb":"create","argument":"shop_default","outcome":"done","elapsed":120}
    {"v":1,"t":"2026-11-20T03:44:01.500Z","type":"node.progress","at":900,"node":1,"address":"image/postgres:16-alpine","message":"layer 3/7\n\u001b[2K\u001b[31mlayer 4/7  12.3 MiB of 80 MiB\u001b[0m\r"}
    {"v":1,"t":"2026-11-20T03:44:01.750Z","type":"warning","at":1350,"diagnostic":{"v":1,"severity":"warning","code":"engine::slow","message":"the engine answers slowly","labels":[],"notes":["the last request took 4.2s"],"helps":["look at the load of the machine"]}}
    {"v":1,"t":"2026-11-20T03:44:02.000Z","type":"run.finished","at":8400,"summary":{"created":2,"replaced":1,"started":1,"stopped":0,"removed":1,"unchanged":3,"failed":0,"skipped":0,"interrupted":false}}
    "#);
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["v"], 1);
    }
}
