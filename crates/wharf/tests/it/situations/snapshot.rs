//! Texts without what differs from run to run.

use wharf_testkit::workbench::{Run, Workbench};

/// Compares what was told with the snapshot of that name; `also` are values of this run and
/// their places, such as ports.
pub(super) fn assert_told(name: &str, bench: &Workbench, run: &Run, also: &[(&str, &str)]) {
    insta::assert_snapshot!(name, told(bench, run, also));
}

/// As [`assert_told`], where the notes are the engine's words: another version has others. They
/// must be there, and have `words` among them.
pub(super) fn assert_engine_told(
    name: &str,
    bench: &Workbench,
    run: &Run,
    also: &[(&str, &str)],
    words: &str,
) {
    let text = told(bench, run, also);
    let is_note = |line: &&str| line.starts_with(" = note: ");
    assert!(text.lines().filter(is_note).any(|line| line.contains(words)), "{words} in {text}");
    let mut lines: Vec<&str> =
        text.lines().map(|line| if is_note(&line) { " = note: [ENGINE]" } else { line }).collect();
    lines.dedup();
    insta::assert_snapshot!(name, lines.join("\n"));
}

fn told(bench: &Workbench, run: &Run, also: &[(&str, &str)]) -> String {
    let mut text = run.stderr.clone();
    let folder = bench.folder().to_string_lossy().into_owned();
    for (value, place) in
        also.iter().copied().chain([(folder.as_str(), "[DIR]"), (bench.project(), "[PROJECT]")])
    {
        text = text.replace(value, place);
    }
    format!("exit code {}\n{}", run.code, without_ids(&text).trim_end())
}

/// Replaces ids of containers and images, long and short.
fn without_ids(text: &str) -> String {
    let mut kept = String::new();
    let mut word = String::new();
    for letter in text.chars().chain(['\n']) {
        if letter.is_ascii_alphanumeric() {
            word.push(letter);
            continue;
        }
        let is_hex = word.chars().all(|it| it.is_ascii_hexdigit() && !it.is_ascii_uppercase());
        let is_id = is_hex && matches!(word.len(), 12 | 64);
        kept.push_str(if is_id { "[ID]" } else { &word });
        kept.push(letter);
        word.clear();
    }
    kept
}
