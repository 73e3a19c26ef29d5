//! The live form on a model of a terminal.

use crate::screen::{Capture, Screen};
use crate::stack::{
    beginning, existing, finished, plan, progress, rest, run_started, started, warning,
};
use proptest::prelude::*;
use wharf_plan::{Action, Address, Cause, Event, Gate, NodeOutcome, Plan, PlanBuilder, Summary};
use wharf_term::progress::{Reporter, State, Tty, frame};
use wharf_term::{Color, Size};

struct Session {
    tty: Tty,
    twin: State,
    capture: Capture,
    screen: Screen,
    size: Size,
}

impl Session {
    fn new(plan: &Plan, size: Size) -> Self {
        let capture = Capture::default();
        let stream = capture.stream(Color::Always, Some(size));
        Self {
            tty: Tty::new(State::new("up", plan), stream),
            twin: State::new("up", plan),
            capture,
            screen: Screen::new(size),
            size,
        }
    }

    fn event(&mut self, event: &Event) {
        self.tty.event(event);
        self.twin.apply(event);
        self.screen.write(&self.capture.take());
    }

    /// Draws, and gives the lines above the live part after a look at the live part itself.
    fn tick(&mut self, now: u64) -> Vec<String> {
        self.tty.tick(now);
        self.screen.write(&self.capture.take());
        let live = frame(&self.twin, self.size, now, Color::Never);
        assert!(live.len() < self.size.rows);
        let mut lines = self.screen.lines();
        let shown = lines.split_off(lines.len().saturating_sub(live.len()));
        assert_eq!(shown, live, "the live part is at the bottom");
        lines
    }
}

#[test]
fn what_has_ended_scrolls_away_and_the_summary_comes_last() {
    let plan = plan();
    let mut session = Session::new(&plan, Size { columns: 80, rows: 8 });
    let mut now = 0;
    for event in beginning(&plan).iter().chain(&rest(&plan)) {
        session.event(event);
        now += 100;
        if !matches!(event, Event::RunFinished { .. }) {
            session.tick(now);
        }
    }
    session.tty.finish();
    session.screen.write(&session.capture.take());
    insta::assert_snapshot!(session.screen.lines().join("\n"), @"
       Created network default                                               0.1s
       Removed service cron/1                                                1.3s
    warning[engine::slow]: the engine answers slowly
     = note: the last request took 4.2s
    help: look at the load of the machine
        Pulled image postgres:16-alpine                                      4.0s
       Healthy service db/1                                                  1.6s
      Replaced service api/1                                                 1.6s
       Started service web/1                                                 0.4s
    up finished in 8.4s: 2 created, 1 replaced, 1 started, 1 removed, 1 pulled, 3 un
    changed
    ");
}

#[test]
fn frames_are_at_most_ten_a_second() {
    let plan = plan();
    let mut session = Session::new(&plan, Size { columns: 80, rows: 24 });
    session.event(&run_started(&plan));
    session.tty.tick(0);
    assert!(!session.capture.take().is_empty());
    for now in 1..100 {
        session.tty.tick(now);
        session.event(&progress(&plan, 1, now, "layer"));
    }
    assert!(session.capture.take().is_empty());
    session.tty.tick(100);
    assert!(!session.capture.take().is_empty());
}

#[test]
fn a_run_that_breaks_off_leaves_no_frame_behind() {
    let plan = plan();
    let mut session = Session::new(&plan, Size { columns: 80, rows: 24 });
    for event in &beginning(&plan) {
        session.event(event);
    }
    session.tick(2000);
    session.tty.finish();
    session.tty.tick(3000);
    session.screen.write(&session.capture.take());
    insta::assert_snapshot!(session.screen.lines().join("\n"), @"   Created network default                                               0.1s");
}

#[test]
fn a_window_that_is_made_narrower_keeps_no_remains() {
    let plan = plan();
    let capture = Capture::default();
    let stream = capture.stream(Color::Never, Some(Size { columns: 80, rows: 24 }));
    let mut tty = Tty::new(State::new("up", &plan), stream);
    for event in &beginning(&plan) {
        tty.event(event);
    }
    tty.tick(2000);
    let widths: Vec<_> = capture.take().lines().map(str::to_owned).collect();
    assert_eq!(widths.len(), 5, "{widths:?}");
    capture.resize(Some(Size { columns: 40, rows: 24 }));
    tty.tick(2200);
    // Two tasks of 79 columns take two rows each now, the line of the run takes one.
    assert!(capture.take().starts_with("\u{1b}[?2026h\r\u{1b}[5A"));
}

/// Many addresses, each with one wait, with names of every width.
fn wide_plan(count: usize) -> Plan {
    let mut plan = PlanBuilder::default();
    for index in 0..count {
        let name = match index % 4 {
            0 => format!("s{index}"),
            1 => format!("東京{index}"),
            2 => format!("🚢{index}-{}", "long-name-".repeat(index)),
            _ => format!("e\u{301}{index}\u{1b}[2J"),
        };
        let action = Action::Await { target: existing("c"), gate: Gate::Healthy };
        plan.push(Address::service(name, 1), action, Cause::Requested, []);
    }
    plan.finish("shop")
}

#[derive(Debug, Clone)]
enum Step {
    Start(usize),
    Say(usize, String),
    End(usize, NodeOutcome),
    Warn,
}

fn step(count: usize) -> impl Strategy<Value = Step> {
    let outcomes =
        prop::sample::select(vec![NodeOutcome::Done, NodeOutcome::Failed, NodeOutcome::Skipped]);
    let message = prop_oneof!["\\PC{0,60}", "[\\x00-\\x7f]{0,40}", "[東京🚢a-z ]{0,90}"];
    prop_oneof![
        4 => (0..count).prop_map(Step::Start),
        3 => (0..count, message).prop_map(|(node, text)| Step::Say(node, text)),
        2 => (0..count, outcomes).prop_map(|(node, outcome)| Step::End(node, outcome)),
        1 => Just(Step::Warn),
    ]
}

const NODES: usize = 14;
/// Widths of the lines of the warning.
const WARNING: [usize; 3] = [48, 35, 37];

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_screen_is_always_what_has_ended_and_then_the_frame(
        columns in 20_usize..=200,
        rows in 5_usize..=50,
        steps in prop::collection::vec(step(NODES), 1..60),
    ) {
        let plan = wide_plan(NODES);
        let mut session = Session::new(&plan, Size { columns, rows });
        session.event(&run_started(&plan));
        let (mut begun, mut over) = ([false; NODES], [false; NODES]);
        let mut history: Vec<String> = Vec::new();
        let (mut now, mut ended, mut warned) = (0, 0, 0);
        for step in steps {
            match step {
                Step::Start(node) if !begun[node] => {
                    begun[node] = true;
                    session.event(&started(&plan, node, now));
                }
                Step::Say(node, text) if begun[node] && !over[node] => {
                    session.event(&progress(&plan, node, now, &text));
                }
                Step::End(node, outcome) if !over[node] => {
                    (begun[node], over[node]) = (true, true);
                    ended += 1;
                    session.event(&finished(&plan, node, now, 0, outcome));
                }
                Step::Warn => {
                    warned += 1;
                    session.event(&warning(now));
                }
                _ => {}
            }
            now += 100;
            let above = session.tick(now);
            // Only the three lines of a warning may be wider than the screen.
            let rows: usize = WARNING.iter().map(|width: &usize| width.div_ceil(columns)).sum();
            prop_assert_eq!(session.screen.wraps, (rows - WARNING.len()) * warned);
            prop_assert_eq!(above.len(), ended + rows * warned);
            prop_assert_eq!(&above[..history.len()], &history[..], "history never changes");
            history = above;
        }
        session.event(&Event::RunFinished { at: now, summary: Summary::default() });
        let lines = session.screen.lines();
        let unfinished = (0..NODES).filter(|node| begun[*node] && !over[*node]).count();
        prop_assert_eq!(lines.len(), history.len() + unfinished + 1);
        prop_assert!(lines.last().unwrap().starts_with("up"));
    }
}
