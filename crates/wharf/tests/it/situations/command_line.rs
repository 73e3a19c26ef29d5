//! Names and flags that make no sense.

use super::snapshot::assert_told;
use crate::support::{WHARF, project};
use wharf_testkit::workbench::Workbench;

const WEB: &str = "
services:
  web:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    environment: { ROUND: '${ROUND:-1}' }
";

#[test]
fn a_service_that_nobody_knows() {
    let bench = project(WEB);
    for command in [&["up"][..], &["plan"], &["ps"], &["logs"], &["stop"], &["restart"], &["down"]]
    {
        let run = bench.wharf([command, &["wbe"]].concat()).run().ends_with(2);
        assert!(run.stderr.contains("did you mean `web`?"), "{run}");
    }
    let run = bench.wharf(["up", "wbe"]).run().ends_with(2);
    assert_told("unknown_service", &bench, &run, &[]);
}

#[test]
fn values_of_flags_that_make_no_sense() {
    let bench = project(WEB);
    for (name, args) in [
        ("scale", ["up", "--scale", "web"]),
        ("pull", ["up", "--pull", "sometimes"]),
        ("since", ["logs", "--since", "yesterday"]),
        ("tail", ["logs", "--tail", "many"]),
        ("explain", ["explain", "nonsense", "--quiet"]),
    ] {
        let run = bench.wharf(args).run().ends_with(2);
        assert_told(&format!("flag_{name}"), &bench, &run, &[]);
    }
}

#[test]
fn a_plan_that_is_stale_is_refused() {
    let bench = project(WEB);
    let plan = bench.wharf(["plan", "--json"]).run().succeeds().stdout;
    bench.write("plan.json", &plan);
    let _ = bench.wharf(["up", "--plan", "plan.json"]).run().succeeds();
    let before = bench.identities();
    let run = bench.wharf(["up", "--plan", "plan.json"]).env("ROUND", "2").run().ends_with(1);
    assert_eq!(bench.identities(), before);
    assert_told("stale_plan", &bench, &run, &[]);
    let run = bench.wharf(["up", "--plan", "absent.json"]).run().ends_with(2);
    assert_told("absent_plan", &bench, &run, &[]);
    bench.write("plan.json", "no plan");
    let run = bench.wharf(["up", "--plan", "plan.json"]).run().ends_with(2);
    assert_told("unreadable_plan", &bench, &run, &[]);
}

/// What a container is made from is part of a plan, though a plan does not print all of it.
#[test]
fn a_plan_that_was_made_for_another_command_is_refused() {
    let bench = project(WEB);
    let plan = bench.wharf(["plan", "--json"]).run().succeeds().stdout;
    bench.write("plan.json", &plan);
    bench.compose_file(&WEB.replace("services:", "x-seen: 1\nservices:").replace("1000", "1001"));
    let _ = bench.wharf(["up", "--plan", "plan.json"]).run().ends_with(1);
    assert!(bench.is_gone());
}

/// Without the files nobody knows what is external; so nothing is deleted.
#[test]
fn data_is_not_deleted_by_labels_alone_when_the_files_are_broken() {
    let bench = project(WEB);
    let _ = bench.up();
    let before = bench.identities();
    bench.compose_file(&format!("{WEB}\nnonsense: 1\n"));
    let _ = bench.wharf(["down", "--volumes", "--yes"]).run().ends_with(3);
    assert_eq!(bench.identities(), before);
    let _ = bench.wharf(["down"]).run().succeeds();
    assert!(bench.containers().is_empty());
}

#[test]
fn a_number_of_containers_that_must_be_a_mistake_is_refused() {
    let bench = project(WEB);
    let _ = bench.wharf(["up", "--scale", "web=4000000000"]).run().ends_with(3);
    assert!(bench.is_gone());
}

#[test]
fn a_project_without_containers() {
    let bench = project(WEB);
    let run = bench.wharf(["restart"]).run().ends_with(1);
    assert_told("nothing_to_restart", &bench, &run, &[]);
    let run = bench.wharf(["exec", "web", "true"]).run().ends_with(1);
    assert_told("nothing_to_exec_in", &bench, &run, &[]);
    let _ = bench.wharf(["ps"]).run().succeeds();
    let _ = bench.wharf(["logs"]).run().succeeds();
    let _ = bench.wharf(["down"]).run().succeeds();
}

#[test]
fn a_folder_without_a_compose_file() {
    let bench = Workbench::new(WHARF);
    let run = bench.bare_wharf(["up"]).run().ends_with(3);
    assert_told("no_compose_file", &bench, &run, &[]);
}

#[test]
fn another_run_that_holds_the_project() {
    let bench = project(
        "
services:
  slow:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    healthcheck: { test: [CMD, 'false'], interval: 1s, start_period: 1000s }
",
    );
    let holder = bench.wharf(["up"]).spawn();
    holder.wait_for_stderr("Waiting");
    let pid = holder.pid().to_string();
    let run = bench.wharf(["up", "--lock-timeout", "0"]).run().ends_with(11);
    assert_told("locked", &bench, &run, &[(&pid, "[PID]")]);
    let _ = bench.wharf(["down", "--lock-timeout", "0"]).run().ends_with(11);
    holder.signal(rustix::process::Signal::KILL);
    let _ = holder.finish();
    // The lock goes with its process, however that ended.
    let _ = bench.wharf(["down", "--lock-timeout", "0"]).run().succeeds();
}
