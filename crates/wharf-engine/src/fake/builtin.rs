//! The few commands that the fake knows without being told: the scripts of the contract suite,
//! and `true`, `false`, `sleep`, `echo`, `exit` and `sh -c` with a sequence of them. Not a shell:
//! what is not in the table is not understood, and the caller decides what that means.

use super::behaviour::Ending;
use crate::capability::LogStream;
use crate::contract::Script;
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
    let program = suite_script(words, around).or_else(|| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (name, arguments) = words.split_first()?;
        match (base_name(name), arguments) {
            ("sh", ["-c", text, ..]) => sequence(text),
            (name, arguments) => {
                let mut program = Program::default();
                simple(&mut program, name, arguments)?;
                Some(program)
            }
        }
    })?;
    let ends = program.ends.filter(|end| end.after < ENDLESS && program.reads.is_none());
    Some(Program { ends, ..program })
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The scripts of the contract suite that need more than a sequence of simple commands.
fn suite_script(words: &[String], around: &Surroundings) -> Option<Program> {
    let reading = |reads| Program { reads: Some(reads), ..Program::default() };
    if words == Script::Cat.command() {
        return Some(reading(Reading::Copy));
    }
    if words == Script::Size.command() {
        return Some(reading(Reading::Size));
    }
    let number = |script: Script| parameter(words, &script)?.parse::<u32>().ok();
    let text = |make: fn(String) -> Script| parameter(words, &make(MARK.to_owned()));
    if let Some(code) = number(Script::Await(MARK_NUMBER.into())) {
        return Some(reading(Reading::Line(code.into())));
    }
    if let Some(last) = number(Script::Count(MARK_NUMBER)) {
        let lines: Vec<String> = (1..=last).map(|line| format!("line-{line}\n")).collect();
        return Some(written(lines.concat()));
    }
    if let Some(length) = number(Script::Long(MARK_NUMBER)) {
        return Some(written("x".repeat(length.try_into().ok()?) + "\n"));
    }
    if let Some(name) = text(Script::Variable) {
        return Some(written(around.variables.get(&name).cloned().unwrap_or_default() + "\n"));
    }
    let file = |path: String| around.files.iter().find(move |file| file.path == path);
    if let Some(path) = text(Script::File) {
        return Some(found(file(path).map(|it| it.content.reveal().to_owned())));
    }
    if let Some(path) = text(Script::Stat) {
        let line = |it: &FileSpec| format!("{:o} {} {}\n", it.mode, it.uid, it.gid);
        return Some(found(file(path).map(line)));
    }
    let name = text(Script::Resolve)?;
    Some(found(around.hosts.get(&name).map(|address| format!("{name} is {address}\n"))))
}

/// What stands for the parameter of a script while its command is compared, as text and number.
const MARK: &str = "77777777";
const MARK_NUMBER: u32 = 77_777_777;

/// The parameter with which a script has these words; `None` when it is another script.
fn parameter(words: &[String], script: &Script) -> Option<String> {
    let pattern = script.command();
    if pattern.len() != words.len() {
        return None;
    }
    let mut parameter = None;
    for (word, pattern) in words.iter().zip(&pattern) {
        match pattern.split_once(MARK) {
            Some((before, after)) => {
                let rest = word.strip_prefix(before)?.strip_suffix(after)?;
                parameter = Some(rest.to_owned());
            }
            None if word == pattern => {}
            None => return None,
        }
    }
    parameter
}

fn written(text: String) -> Program {
    let output = vec![(LogStream::Stdout, text)];
    Program { output, ends: Some(Ending::default()), reads: None }
}

/// Writes what was found, or fails.
fn found(text: Option<String>) -> Program {
    let failed =
        Program { ends: Some(Ending { code: 1, ..Ending::default() }), ..Program::default() };
    text.map_or(failed, written)
}

/// Statements up to the first `exit` or endless one; `&&` stops at what fails.
fn sequence(text: &str) -> Option<Program> {
    let mut program = Program { ends: Some(Ending::default()), ..Program::default() };
    for statement in text.split([';', '\n']) {
        for part in statement.split("&&") {
            let words: Vec<&str> = part.split_whitespace().collect();
            let Some((name, arguments)) = words.split_first() else { continue };
            simple(&mut program, base_name(name), arguments)?;
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
fn simple(program: &mut Program, name: &str, arguments: &[&str]) -> Option<()> {
    let before = program.ends.unwrap_or_default();
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
            return simple(program, base_name(name), arguments);
        }
        ("echo", words) => {
            let is_error = words.contains(&">&2");
            let words: Vec<&str> = words.iter().copied().filter(|it| *it != ">&2").collect();
            let line = words.join(" ").replace(['"', '\''], "");
            let stream = if is_error { LogStream::Stderr } else { LogStream::Stdout };
            program.output.push((stream, line + "\n"));
            0
        }
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
