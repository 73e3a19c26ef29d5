//! Secrets and configs: they arrive, and they do not show.

use crate::support::project;
use std::fmt::Write as _;
use wharf_testkit::workbench::Workbench;

const STACK: &str = "
services:
  web:
    image: $IMAGE
    command: [sh, -c, 'cat /run/secrets/* >/dev/null && exec sleep 1000']
    user: '1001:1001'
    stop_signal: SIGKILL
    environment:
      PASSWORD: ${PASSWORD}
    secrets:
      - from_file
      - source: from_environment
        target: token
        uid: '1001'
        gid: '1001'
        mode: 0400
    configs:
      - source: settings
        target: /etc/settings.conf
secrets:
  from_file: { file: ./secret.txt }
  from_environment: { environment: TOKEN }
configs:
  settings:
    content: |
      key = ${SETTING}
";

/// Values that must not be seen; the third is shown to nobody either, though it is a config.
const CANARIES: [(&str, &str); 3] =
    [("TOKEN", "canary-token-2f"), ("PASSWORD", "canary-password-9c"), ("SETTING", "setting-41")];

fn bench() -> Workbench {
    let mut bench = project(STACK);
    bench.write("secret.txt", "canary-file-77");
    for (name, value) in CANARIES {
        bench.set(name, value);
    }
    bench
}

fn says(bench: &Workbench, command: &[&str]) -> String {
    bench.wharf([&["exec", "web"], command].concat()).run().succeeds().stdout
}

#[test]
fn secrets_and_configs_arrive_with_owner_and_mode() {
    let bench = bench();
    let _ = bench.up();
    assert_eq!(says(&bench, &["cat", "/run/secrets/from_file"]), "canary-file-77");
    assert_eq!(says(&bench, &["cat", "/run/secrets/token"]), "canary-token-2f");
    assert_eq!(says(&bench, &["cat", "/etc/settings.conf"]), "key = setting-41\n");
    let owner = says(&bench, &["stat", "-c", "%u:%g %a", "/run/secrets/token"]);
    assert_eq!(owner, "1001:1001 400\n");
    let before = bench.identities();
    let _ = bench.up();
    assert_eq!(bench.identities(), before);
    let _ = bench.wharf(["up"]).env("TOKEN", "canary-token-3a").run().succeeds();
    assert_ne!(bench.identities(), before, "a new value is a new container");
    assert_eq!(says(&bench, &["cat", "/run/secrets/token"]), "canary-token-3a");
}

#[test]
fn no_value_of_a_secret_is_in_any_output() {
    let bench = bench();
    let mut shown = String::new();
    for form in ["plain", "json", "quiet", "tty"] {
        for args in [&["plan"][..], &["plan", "--json"], &["plan", "--graph"], &["up"]] {
            let args = [args, &["--progress", form]].concat();
            shown += &bench.wharf(args).run().succeeds().all_output();
        }
        let args = ["up", "--force-recreate", "--progress", form];
        shown += &bench.wharf(args).run_on_terminal().succeeds().stdout;
    }
    for args in [&["ps", "--json"][..], &["verify"], &["verify", "--json"], &["logs"], &["down"]] {
        shown += &bench.wharf(args).run().succeeds().all_output();
    }
    for canary in CANARIES.map(|(_, value)| value).into_iter().chain(["canary-file-77"]) {
        assert!(!shown.contains(canary), "{canary} in {shown}");
    }
}

/// Everybody on the machine can read command lines.
#[test]
fn no_value_of_a_secret_is_on_a_command_line_of_this_machine() {
    let bench = bench();
    let mut up = bench.wharf(["up"]).spawn();
    let mut lines = String::new();
    while !up.has_ended() {
        lines.extend(command_lines());
    }
    let _ = up.finish().succeeds();
    lines.extend(command_lines());
    assert!(lines.contains("sleep\0"), "the container's own process is among them");
    for (_, canary) in CANARIES {
        assert!(!lines.contains(canary), "{canary}");
    }
}

fn command_lines() -> Option<String> {
    let mut lines = String::new();
    for entry in fs_err::read_dir("/proc").ok()?.flatten() {
        let line = fs_err::read(entry.path().join("cmdline")).unwrap_or_default();
        let _ = writeln!(lines, "{}", String::from_utf8_lossy(&line));
    }
    Some(lines)
}

#[test]
fn a_secret_file_that_is_absent_is_told_before_anything_is_made() {
    let bench = bench();
    fs_err::remove_file(bench.path("secret.txt")).unwrap();
    let run = bench.wharf(["up"]).run().ends_with(3);
    assert!(run.stderr.contains("plan::secret-missing"), "{run}");
    assert!(run.stderr.contains("from_file"), "{run}");
    assert!(bench.is_gone());
}
