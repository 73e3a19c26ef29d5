use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::support::postgres::Postgres;
use crate::support::process::Process;
use crate::support::service::{command, run};

fn stdout(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn four_runs_at_once_apply_each_file_once() {
    let postgres = Postgres::start();
    let url = postgres.url();
    let runs: Vec<_> = (0..4)
        .map(|_| {
            command("migrate", &[("DATABASE_URL", &url)]).stdout(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let outputs: Vec<_> = runs.into_iter().map(|run| run.wait_with_output().unwrap()).collect();

    assert!(outputs.iter().all(|output| output.status.success()), "{outputs:?}");
    let text: String = outputs.iter().map(stdout).collect();
    for name in ["0001_users", "0002_posts"] {
        assert_eq!(text.matches(name).count(), 1, "{text}");
    }
    let record = "SELECT count(*), count(finished_at) FROM schema_migrations";
    assert_eq!(postgres.sql(record), "2|2");
    assert_eq!(postgres.sql("SELECT count(*) FROM schema_lease"), "0");
}

#[test]
fn a_second_run_finds_nothing_to_do() {
    let postgres = Postgres::start();
    assert!(run("migrate", &[("DATABASE_URL", &postgres.url())]).status.success());
    let again = run("migrate", &[("DATABASE_URL", &postgres.url())]);
    assert!(again.status.success());
    assert!(stdout(&again).contains(r#""applied":0"#), "{}", stdout(&again));
}

#[test]
fn the_lease_of_a_run_that_died_is_taken_over() {
    let postgres = Postgres::start();
    assert!(run("migrate", &[("DATABASE_URL", &postgres.url())]).status.success());
    let died = "INSERT INTO schema_lease VALUES (true, gen_random_uuid(), clock_timestamp() + interval '1 second')";
    postgres.sql(died);
    let next = run("migrate", &[("DATABASE_URL", &postgres.url())]);
    assert!(next.status.success(), "{next:?}");
    assert!(stdout(&next).contains("waiting for another run"), "{}", stdout(&next));
}

#[test]
fn a_file_that_did_not_finish_is_applied_again() {
    let postgres = Postgres::start();
    assert!(run("migrate", &[("DATABASE_URL", &postgres.url())]).status.success());
    postgres
        .sql("DROP TABLE posts; UPDATE schema_migrations SET finished_at = NULL WHERE version = 2");
    let next = run("migrate", &[("DATABASE_URL", &postgres.url())]);
    assert!(stdout(&next).contains(r#""applied":1"#), "{next:?}");
    assert_eq!(postgres.sql("SELECT count(*) FROM posts"), "0");
}

#[test]
fn a_file_that_was_edited_after_it_was_applied_is_refused() {
    let postgres = Postgres::start();
    assert!(run("migrate", &[("DATABASE_URL", &postgres.url())]).status.success());
    postgres.sql("UPDATE schema_migrations SET checksum = 'other' WHERE version = 1");
    let refused = run("migrate", &[("DATABASE_URL", &postgres.url())]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stdout(&refused).contains("`0001_users` was changed"), "{}", stdout(&refused));
    assert_eq!(postgres.sql("SELECT count(*) FROM schema_lease"), "0", "the lease is given back");
}

#[test]
fn a_database_that_starts_later_is_waited_for() {
    let mut postgres = Postgres::start();
    let url = postgres.url();
    postgres.stop();
    let run = command("migrate", &[("DATABASE_URL", &url)]).stdout(Stdio::piped()).spawn().unwrap();
    postgres.restart();
    let output = run.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_database_that_never_comes_is_given_up() {
    let variables =
        [("DATABASE_URL", "postgres://a:hunter2@127.0.0.1:1/a"), ("DATABASE_WAIT_SECONDS", "1")];
    let output = run("migrate", &variables);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("connect to the database"), "{output:?}");
    assert!(!stdout(&output).contains("hunter2"));
}

#[test]
fn a_run_that_waits_can_be_stopped() {
    let variables = [("DATABASE_URL", "postgres://a@127.0.0.1:1/a")];
    let mut run = Process::start(command("migrate", &variables).stdout(Stdio::piped()));
    let mut log = BufReader::new(run.child().stdout.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    assert!(line.contains("waiting for the database"), "{line}");
    run.signal("TERM");
    assert_eq!(run.wait().code(), Some(1));
    line.clear();
    log.read_line(&mut line).unwrap();
    assert!(line.contains("stopped by SIGTERM"), "{line}");
}
