//! Every command on a running project.

use crate::support::{WHARF, project};
use rustix::process::Signal;
use serde_json::Value;
use std::process::{Command, Stdio};
use wharf_testkit::deadline::eventually;
use wharf_testkit::engine;
use wharf_testkit::workbench::{Workbench, free_port};

/// Two services that write lines, each by its own name, and go on.
fn pair() -> Workbench {
    let bench = project(
        "
services:
  left:
    image: $IMAGE
    command: [sh, -c, 'for i in 1 2 3 4; do echo left-$$i; sleep 0.4; done; exec sleep 1000']
    stop_signal: SIGKILL
    environment: { SIDE: left }
  right:
    image: $IMAGE
    command: [sh, -c, 'sleep 0.2; for i in 1 2 3 4; do echo right-$$i; sleep 0.4; done; exec sleep 1000']
    stop_signal: SIGKILL
",
    );
    let _ = bench.up();
    bench
}

fn rows(bench: &Workbench, args: &[&str]) -> Vec<Value> {
    let rows = bench.wharf([&["ps"], args].concat()).run().succeeds().json();
    rows.as_array().cloned().unwrap_or_default()
}

fn states(bench: &Workbench) -> Vec<String> {
    let states = rows(bench, &["--json"]).into_iter();
    states.map(|row| row["state"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn ps_lists_what_the_engine_has() {
    let bench = pair();
    let listed = rows(&bench, &["--json"]);
    assert_eq!(listed, rows(&bench, &["--format", "json"]));
    let ids: Vec<&str> = listed.iter().filter_map(|row| row["id"].as_str()).collect();
    let there = bench.containers();
    assert_eq!(ids, there.iter().map(|it| it.id.as_str()).collect::<Vec<_>>());
    assert!(listed.iter().all(|row| row["state"] == "running"));
    let one = rows(&bench, &["--json", "right"]);
    assert_eq!(one.len(), 1);
    let text = bench.wharf(["ps"]).run().succeeds().stdout;
    assert!(there.iter().all(|it| text.contains(&it.name) && text.contains(&it.id[..12])));
    let quiet = bench.wharf(["ps", "-q"]).run().succeeds().stdout;
    assert_eq!(quiet.lines().collect::<Vec<_>>(), ids);
    let elsewhere = Workbench::new(WHARF);
    let by_name = elsewhere.bare_wharf(["-p", bench.project(), "ps", "--json"]).run().succeeds();
    assert_eq!(by_name.json().as_array().map(Vec::len), Some(2), "a name needs no files");
}

#[test]
fn logs_of_several_services_come_in_the_order_of_time() {
    let bench = pair();
    eventually("all lines", || {
        let all = bench.containers().iter().map(|it| engine::logs(&it.id)).collect::<String>();
        (all.contains("left-4") && all.contains("right-4")).then_some(())
    });
    let logs = bench.wharf(["logs", "--timestamps"]).run().succeeds().stdout;
    let time = |line: &str| line.split_once("| ").map(|(_, rest)| rest[..23].to_owned());
    let times: Vec<_> = logs.lines().filter_map(time).collect();
    assert_eq!(times.len(), 8, "{logs}");
    assert!(times.is_sorted(), "{logs}");
    let sides: Vec<&str> = logs.lines().filter_map(|line| line.rsplit(' ').next()).collect();
    assert_ne!(sides[..4], ["left-1", "left-2", "left-3", "left-4"], "they are merged: {logs}");
    let plain = bench.wharf(["logs", "--no-log-prefix", "left"]).run().succeeds().stdout;
    assert_eq!(plain, "left-1\nleft-2\nleft-3\nleft-4\n");
    let tail = bench.wharf(["logs", "--no-log-prefix", "--tail", "1", "left"]).run().succeeds();
    assert_eq!(tail.stdout, "left-4\n");
    let third = &bench.wharf(["logs", "--timestamps", "--no-log-prefix", "left"]).run().succeeds();
    let third = third.stdout.lines().nth(2).and_then(|line| line.split(' ').next()).unwrap();
    let since = bench.wharf(["logs", "--no-log-prefix", "--since", third, "left"]).run().succeeds();
    assert!(since.stdout.ends_with("left-3\nleft-4\n"), "{since}");
    assert!(!since.stdout.contains("left-1"), "{since}");
    let none = bench.wharf(["logs", "--until", "1h", "left"]).run().succeeds();
    assert_eq!(none.stdout, "");
}

#[test]
fn followed_logs_go_on_across_a_restart() {
    let bench = project(
        "
services:
  web:
    image: $IMAGE
    command: [sh, -c, 'echo started; exec sleep 1000']
    stop_signal: SIGKILL
",
    );
    let _ = bench.up();
    let logs = bench.wharf(["logs", "--follow"]).spawn();
    logs.wait_for_stdout("started");
    let _ = bench.wharf(["restart"]).run().succeeds();
    eventually("the second start in the logs", || {
        (logs.stdout().matches("started").count() == 2).then_some(())
    });
    logs.signal(Signal::INT);
    let ended = logs.finish();
    assert_eq!(ended.stdout.matches("started").count(), 2, "no line comes twice: {ended}");
    assert!([0, 130].contains(&ended.code), "{ended}");
}

#[test]
fn exec_passes_on_input_output_and_exit_code() {
    let bench = pair();
    let script = "cat; echo to-stderr >&2; exit 42";
    let run = bench.wharf(["exec", "-T", "left", "sh", "-c", script]).typing("typed\n").run();
    let run = run.ends_with(42);
    assert_eq!(run.stdout, "typed\n");
    assert_eq!(run.stderr, "to-stderr\n");
    let env = ["exec", "-e", "A=1", "-w", "/tmp", "-u", "1001", "left", "sh", "-c"];
    let told = bench.wharf([&env[..], &["echo $SIDE $A $PWD $(id -u)"]].concat()).run();
    assert_eq!(told.succeeds().stdout, "left 1 /tmp 1001\n");
    let tty = bench.wharf(["exec", "left", "tty"]).run_on_terminal().succeeds();
    assert!(tty.stdout.contains("/dev/pts/"), "{tty}");
    let absent = bench.wharf(["exec", "left", "no-such-program"]).run();
    assert!([126, 127, 1].contains(&absent.code), "{absent}");
    let unknown = bench.wharf(["exec", "lefd", "true"]).run().ends_with(2);
    assert!(unknown.stderr.contains("did you mean `left`?"), "{unknown}");
}

#[test]
fn a_large_output_of_exec_arrives_whole() {
    let bench = pair();
    let script = "head -c 3000000 /dev/zero | tr '\\0' x";
    let run = bench.wharf(["exec", "-T", "left", "sh", "-c", script]).run().succeeds();
    assert_eq!(run.stdout.len(), 3_000_000);
    let input = "y".repeat(2_000_000);
    let run = bench.wharf(["exec", "-T", "left", "wc", "-c"]).typing(&input).run().succeeds();
    assert_eq!(run.stdout.trim(), "2000000");
}

#[test]
fn shell_finds_one_that_the_image_has() {
    let bench = pair();
    let run = bench.wharf(["shell", "left"]).typing("echo in-$SIDE\nexit 5\n").run().ends_with(5);
    assert_eq!(run.stdout, "in-left\n");
    let tty = bench.wharf(["shell", "left"]).typing("tty\nexit 6\n").run_on_terminal();
    assert!(tty.ends_with(6).stdout.contains("/dev/pts/"));
}

#[test]
fn run_gives_output_and_exit_code_and_leaves_nothing_behind() {
    let bench = pair();
    let before = bench.identities();
    let run = bench.wharf(["run", "--rm", "-T", "left", "sh", "-c", "cat; echo $SIDE; exit 9"]);
    let run = run.typing("typed\n").run().ends_with(9);
    assert_eq!(run.stdout, "typed\nleft\n");
    assert_eq!(bench.identities(), before);
    let kept = bench.wharf(["run", "-T", "left", "true"]).run().succeeds();
    assert_eq!(bench.containers().len(), 3, "without --rm it stays: {kept}");
    assert_eq!(rows(&bench, &["--json"]).len(), 2, "it is none of the service's own");
    assert_eq!(rows(&bench, &["--json", "--all"]).len(), 3);
    let _ = bench.up();
    assert_eq!(bench.containers().len(), 3, "up leaves it alone");
    let _ = bench.wharf(["down"]).run().succeeds();
    assert!(bench.is_gone(), "down takes it along");
}

#[test]
fn run_starts_what_the_service_needs_first() {
    let bench = project(
        "
services:
  store:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
    healthcheck: { test: [CMD, 'true'], interval: 30s }
  task:
    image: $IMAGE
    command: [echo, done]
    depends_on: { store: { condition: service_healthy } }
",
    );
    let alone = bench.wharf(["run", "--rm", "--no-deps", "task"]).run().succeeds();
    assert_eq!(alone.stdout, "done\n");
    assert!(bench.containers().is_empty());
    let run = bench.wharf(["run", "--rm", "task"]).run().succeeds();
    assert_eq!(run.stdout, "done\n");
    assert!(bench.container("store").is_running());
}

#[test]
fn stop_start_restart_and_kill_touch_what_is_named_alone() {
    let bench = pair();
    let right = bench.container("right").identity();
    let _ = bench.wharf(["stop", "left"]).run().succeeds();
    assert_eq!(states(&bench), ["exited", "running"]);
    let _ = bench.wharf(["stop", "left"]).run().succeeds();
    let _ = bench.wharf(["start", "left"]).run().succeeds();
    assert_eq!(states(&bench), ["running", "running"]);
    let before = bench.container("left");
    let _ = bench.wharf(["restart", "left"]).run().succeeds();
    let after = bench.container("left");
    assert_eq!(after.id, before.id);
    assert_ne!(after.identity(), before.identity());
    let _ = bench.wharf(["kill", "left"]).run().succeeds();
    eventually("its end", || (states(&bench) == ["exited", "running"]).then_some(()));
    assert_eq!(bench.container("right").identity(), right);
    let _ = bench.wharf(["stop"]).run().succeeds();
    assert_eq!(states(&bench), ["exited", "exited"]);
    let _ = bench.up();
    assert_eq!(states(&bench), ["running", "running"]);
    assert_eq!(bench.container("left").id, before.id, "what is stopped is started, not replaced");
}

/// The image carries the project's name: nobody else has it.
#[test]
fn build_makes_the_image_that_up_runs() {
    let bench = project(
        "
services:
  web:
    build:
      context: ./context
      args: { GREETING: hello }
    command: [sh, -c, 'cat /greeting; exec sleep 1000']
    stop_signal: SIGKILL
",
    );
    let base = engine::image("busybox");
    let dockerfile = format!(
        "FROM {base}\nARG GREETING\nCOPY word .\nRUN echo \"$GREETING $(cat word)\" >/greeting\n"
    );
    bench.write("context/Dockerfile", &dockerfile);
    bench.write("context/word", "world");
    let image = format!("{}-web", bench.project());
    let _ = bench.wharf(["build"]).run().succeeds();
    let first = engine::docker(["image", "inspect", "--format", "{{.Id}}", &image]);
    let _ = bench.up();
    assert_eq!(bench.container("web").text("/Image"), first);
    eventually("the greeting", || {
        engine::logs(&bench.container("web").id).contains("hello world").then_some(())
    });
    let _ = bench.up();
    assert_eq!(bench.container("web").text("/Image"), first, "what is there is not built again");
    bench.write("context/word", "moon");
    let _ = bench.wharf(["up", "--build"]).run().succeeds();
    assert_ne!(bench.container("web").text("/Image"), first);
}

#[test]
fn config_is_yaml_that_reads_back_as_itself() {
    let bench = pair();
    let first = bench.wharf(["config"]).run().succeeds().stdout;
    let json = bench.wharf(["config", "--json"]).run().succeeds().json();
    let again = Workbench::new(WHARF);
    again.write("compose.yaml", &first);
    let second = again.bare_wharf(["config"]).run().succeeds().stdout;
    assert_eq!(second, first);
    assert_eq!(again.bare_wharf(["config", "--json"]).run().succeeds().json(), json);
    let names = bench.wharf(["config", "--services"]).run().succeeds().stdout;
    assert_eq!(names, "left\nright\n");
    let _ = bench.wharf(["--profile", "x", "config", "--profiles"]).run().succeeds();
    let quiet = bench.wharf(["config", "--check"]).run().succeeds();
    assert_eq!(quiet.all_output(), "");
    let theirs = bench.docker_compose(["-f", "-", "config", "--quiet"]).typing(&first).run();
    let _ = theirs.succeeds();
}

/// N6: the commands of the documents, the checks among them.
#[test]
fn n6_verify_passes_on_what_is_well_and_names_what_is_not() {
    let mut bench = project(
        "
services:
  web:
    image: $IMAGE
    command: [httpd, -f, -p, '8080']
    stop_signal: SIGKILL
    ports: ['${PORT}:8080']
    healthcheck: { test: [CMD, 'true'], interval: 60s }
  worker:
    image: $IMAGE
    command: [sleep, '1000']
    stop_signal: SIGKILL
  setup:
    image: $IMAGE
    command: ['true']
    volumes: ['data:/data']
volumes:
  data:
",
    );
    bench.set("PORT", free_port().to_string());
    let before = bench.wharf(["verify"]).run().ends_with(1);
    assert!(before.stdout.contains("web"), "{before}");
    // `setup` has ended and nothing waits for it: only what is a one-shot may end.
    bench.write("compose.override.yaml", "services: { web: { depends_on: { setup: { condition: service_completed_successfully } } } }");
    let _ = bench.up();
    let well = bench.wharf(["verify"]).run().succeeds();
    assert!(!well.stdout.contains("FAIL"), "{well}");
    let checks = bench.wharf(["verify", "--json"]).run().succeeds().json();
    assert!(checks.as_array().is_some_and(|checks| checks.len() > 5), "{checks}");
    let _ = bench.wharf(["stop", "worker"]).run().succeeds();
    let ill = bench.wharf(["verify"]).run().ends_with(1);
    let failed = ill.stdout.lines().find(|line| line.contains("FAIL")).unwrap_or_default();
    assert!(failed.contains("worker"), "{ill}");
}

#[test]
fn explain_knows_every_code_that_it_lists() {
    let bench = Workbench::new(WHARF);
    let list = bench.bare_wharf(["explain"]).run().succeeds().stdout;
    let codes: Vec<&str> = list.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(codes.len() > 50, "{list}");
    for code in codes {
        let text = bench.bare_wharf(["explain", code]).run().succeeds().stdout;
        assert!(text.starts_with(code) && text.len() > 100, "{text}");
    }
    let near = bench.bare_wharf(["explain", "engine::unhealty"]).run().ends_with(2);
    assert!(near.stderr.contains("engine::unhealthy"), "{near}");
}

#[test]
fn version_tells_of_wharf_and_of_the_engine() {
    let bench = Workbench::new(WHARF);
    let version = bench.bare_wharf(["version", "--json"]).run().succeeds().json();
    let engine = engine::docker(["version", "--format", "{{.Server.Version}}"]);
    assert_eq!(version["engine"]["version"], engine.as_str());
    assert_eq!(version["wharf"], env!("CARGO_PKG_VERSION"));
    let alone = bench.bare_wharf(["version"]).env("DOCKER_HOST", "unix:///nonexistent").run();
    assert!(alone.succeeds().stdout.starts_with("wharf "));
}

/// Checked by the shells themselves where they are installed; bash is everywhere.
#[test]
fn completion_scripts_are_valid() {
    let bench = Workbench::new(WHARF);
    for shell in ["bash", "zsh", "fish"] {
        let script = bench.bare_wharf(["completion", shell]).run().succeeds().stdout;
        assert!(script.contains("wharf"));
        bench.write(shell, &script);
        let check =
            Command::new(shell).arg("-n").arg(bench.path(shell)).stdin(Stdio::null()).output();
        match check {
            Ok(output) => assert!(output.status.success(), "{shell}: {output:?}"),
            Err(_) if shell != "bash" => {}
            Err(error) => panic!("bash is needed here: {error}"),
        }
    }
}

/// Whatever the arguments, a wrong command line is 2 and never a crash.
#[test]
fn every_command_has_help_and_takes_the_flags_of_all() {
    let bench = Workbench::new(WHARF);
    let help = bench.bare_wharf(["help"]).run().succeeds().stdout;
    let commands = help.split("Commands:").nth(1).and_then(|it| it.split("Options:").next());
    let names =
        commands.unwrap_or_default().lines().filter_map(|line| line.split_whitespace().next());
    let names: Vec<&str> = names.filter(|name| *name != "help").collect();
    assert!(names.len() >= 18, "{help}");
    for name in names {
        let _ = bench.bare_wharf([name, "--help"]).run().succeeds();
        let _ = bench.bare_wharf([name, "--no-such-flag"]).run().ends_with(2);
        let flags = ["--profile", "x", "--env", "development", "--quiet", "--color", "never"];
        let run = bench.bare_wharf([&flags[..], &[name]].concat()).run();
        assert!(![70, 101].contains(&run.code), "{run}");
    }
}
