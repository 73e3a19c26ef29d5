//! The few commands that the fake knows without a script: those of the contract suite, and
//! `true`, `false`, `sleep`, `echo`, `exit` and `sh -c` with a sequence of them. Not a shell:
//! what is not in the table is not understood, and the caller decides what that means.

use super::behaviour::Ending;
use crate::capability::LogStream;
use std::collections::BTreeMap;
use std::time::Duration;
use wharf_plan::spec::FileSpec;

/// What a command of the table does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Program {
    /// What it writes at its start, ends of lines included.
    pub(super) output: Vec<(LogStream, String)>,
    /// How it ends by itself.
    pub(super) ends: Option<Ending>,
    /// What it waits for.
    pub(super) reads: Option<Reading>,
}

/// What an endless command does with its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Copies it to its output, and ends with it.
    Copy,
    /// Ends with this code after a line.
    Line(i64),
    /// Writes the size of its terminal as soon as it is set, and ends.
    Size,
}

/// What a command can see.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    pub(super) variables: BTreeMap<String, String>,
    pub(super) files: Vec<FileSpec>,
    /// Addresses by the names that containers have on shared networks.
    pub(super) hosts: BTreeMap<String, String>,
}

/// What a command does; `None` when it is not in the table.
pub(super) fn program(words: &[String], around: &Surroundings) -> Option<Program> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (name, arguments) = words.split_first()?;
    let program = match (base_name(name), arguments) {
        ("sh", ["-c", text, ..]) => suite_script(text).or_else(|| sequence(text, around))?,
        (name, arguments) => {
            let mut program = Program::default();
            simple(&mut program, name, arguments, around)?;
            program
        }
    };
    let ends = program.ends.filter(|end| end.after < ENDLESS && program.reads.is_none());
    Some(Program { ends, ..program })
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The shell scripts of the contract suite that are more than a sequence.
fn suite_script(text: &str) -> Option<Program> {
    let number = |from: &str, to: &str| -> Option<usize> {
        text.strip_prefix(from)?.split_once(to)?.0.parse().ok()
    };
    let written = |line: String| Program {
        output: vec![(LogStream::Stdout, line)],
        ends: Some(Ending::default()),
        reads: None,
    };
    let reading = |reads| Program { reads: Some(reads), ..Program::default() };
    if let Some(last) = number("i=1; while [ $i -le ", " ]; do echo line-$i;") {
        return Some(written((1..=last).map(|line| format!("line-{line}\n")).collect()));
    }
    if let Some(length) = number("head -c ", " /dev/zero | tr") {
        return Some(written(format!("{}\n", "x".repeat(length))));
    }
    if let Some(code) = text.strip_prefix("read line; exit ") {
        return Some(reading(Reading::Line(code.parse().ok()?)));
    }
    text.starts_with("until [ \"$(stty size)\"").then(|| reading(Reading::Size))
}

/// Statements up to the first `exit` or endless one; `&&` stops at what fails.
fn sequence(text: &str, around: &Surroundings) -> Option<Program> {
    let mut program = Program { ends: Some(Ending::default()), ..Program::default() };
    for statement in text.split([';', '\n']) {
        for part in statement.split("&&") {
            let words: Vec<&str> = part.split_whitespace().collect();
            let Some((name, arguments)) = words.split_first() else { continue };
            simple(&mut program, base_name(name), arguments, around)?;
            let end = program.ends.unwrap_or_default();
            if *name == "exit" || end.after >= ENDLESS {
                return Some(program);
            }
            if end.code != 0 {
                break;
            }
        }
    }
    Some(program)
}

/// Adds what one statement does.
fn simple(
    program: &mut Program,
    name: &str,
    arguments: &[&str],
    around: &Surroundings,
) -> Option<()> {
    let before = program.ends.unwrap_or_default();
    let mut write = |stream, text: String| program.output.push((stream, text));
    let code = match (name, arguments) {
        ("true" | ":", _) => 0,
        ("false", _) => 1,
        ("exit", []) => before.code,
        ("exit", [code]) => code.parse().ok()?,
        ("sleep", [time]) => {
            let after = before.after + sleep(time)?;
            program.ends = Some(Ending { after, code: 0 });
            return Some(());
        }
        ("exec", [name, arguments @ ..]) => {
            return simple(program, base_name(name), arguments, around);
        }
        ("echo", words) => {
            let is_error = words.contains(&">&2");
            let words: Vec<&str> = words.iter().copied().filter(|it| *it != ">&2").collect();
            let line = words.join(" ").replace(['"', '\''], "");
            let value = line.strip_prefix('$').map(|name| around.variables.get(name));
            let line = value.map_or(line.clone(), |value| value.cloned().unwrap_or_default());
            write(if is_error { LogStream::Stderr } else { LogStream::Stdout }, line + "\n");
            0
        }
        ("cat", []) => {
            program.reads = Some(Reading::Copy);
            0
        }
        ("cat", [path]) => match around.files.iter().find(|file| file.path == *path) {
            Some(file) => {
                write(LogStream::Stdout, file.content.reveal().to_owned());
                0
            }
            None => 1,
        },
        ("stat", ["-c", "%a %u %g", path]) => {
            let file = around.files.iter().find(|file| file.path == *path)?;
            write(LogStream::Stdout, format!("{:o} {} {}\n", file.mode, file.uid, file.gid));
            0
        }
        ("getent", ["hosts", name]) => match around.hosts.get(*name) {
            Some(address) => {
                write(LogStream::Stdout, format!("{address} {name}\n"));
                0
            }
            None => 2,
        },
        _ => return None,
    };
    program.ends = Some(Ending { after: before.after, code });
    Some(())
}

/// `sleep infinity`, and any sleep that is longer than a test, as a time that is never over.
const ENDLESS: Duration = Duration::from_secs(3600);

fn sleep(time: &str) -> Option<Duration> {
    if time == "infinity" {
        return Some(ENDLESS);
    }
    Duration::try_from_secs_f64(time.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Option<Program> {
        let words: Vec<_> = words.iter().map(|it| (*it).to_owned()).collect();
        program(&words, &Surroundings::default())
    }

    #[test]
    fn knows_how_simple_commands_end() {
        let code = |words: &[&str]| of(words).unwrap().ends.unwrap().code;
        assert_eq!(code(&["true"]), 0);
        assert_eq!(code(&["/bin/false"]), 1);
        assert_eq!(code(&["sh", "-c", "echo a; exit 7"]), 7);
        assert_eq!(code(&["sh", "-c", "false && echo never; true"]), 0);
        assert_eq!(of(&["sleep", "2"]).unwrap().ends.unwrap().after, Duration::from_secs(2));
        assert_eq!(of(&["sleep", "infinity"]).unwrap().ends, None);
        assert_eq!(of(&["sh", "-c", "echo up; exec sleep infinity"]).unwrap().ends, None);
    }

    #[test]
    fn does_not_pretend_to_be_a_shell() {
        assert!(of(&["postgres"]).is_none());
        assert!(of(&["sh", "-c", "while true; do :; done"]).is_none());
    }
}
