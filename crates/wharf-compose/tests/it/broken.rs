//! Broken projects and what is said about them: one folder of `testing/corpus/broken` each.
//!
//! A case is loaded as if it were `/shop`. Files called `dot.env...` become `.env...`: those are
//! not committed under their real names. `arguments` holds what the command line would say, one
//! `name: value` per line. `expected.txt` is what the user sees.

use crate::support::{check_golden, options, testing};
use std::path::{Path, PathBuf};
use wharf_compose::{LoadOptions, Loaded, MemoryFiles, load};
use wharf_diag::Severity;
use wharf_term::Color;

#[test]
fn every_broken_project_explains_itself() {
    let root = testing("corpus/broken");
    let mut cases: Vec<PathBuf> =
        fs_err::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let problems: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_code_of_the_reader_has_a_case() {
    let root = testing("corpus/broken");
    let outputs: String = fs_err::read_dir(&root)
        .unwrap()
        .filter_map(|case| fs_err::read_to_string(case.unwrap().path().join("expected.txt")).ok())
        .collect();
    let codes = wharf_diag::REGISTRY.iter().flat_map(|area| area.iter()).map(|info| info.code.0);
    let missing: Vec<&str> = codes
        .filter(|code| code.starts_with("compose::") || code.starts_with("environment::"))
        .filter(|code| !outputs.contains(&format!("[{code}]")))
        .collect();
    assert!(missing.is_empty(), "no broken project shows {missing:?}");
}

fn check(case: &Path) -> Result<(), String> {
    let loaded = load_case(case);
    let mut output = String::new();
    for diagnostic in loaded.diagnostics.clone().into_sorted() {
        output.push_str(
            wharf_term::diagnostic::render(&diagnostic, &loaded.sources, Color::Never).trim_end(),
        );
        output.push_str("\n\n");
        if diagnostic.helps.is_empty() && diagnostic.notes.is_empty() {
            return Err(format!("{}: a message without help: {output}", case.display()));
        }
    }
    if output.contains("hunter2") {
        return Err(format!("{}: a secret is shown: {output}", case.display()));
    }
    let has_errors = loaded.diagnostics.iter().any(|found| found.severity == Severity::Error);
    if has_errors == loaded.project.is_some() || output.is_empty() {
        return Err(format!("{}: project and messages disagree: {output}", case.display()));
    }
    check_golden(&case.join("expected.txt"), &output)
}

fn load_case(case: &Path) -> Loaded {
    let mut files = MemoryFiles::default();
    let mut options = options("/shop");
    for entry in fs_err::read_dir(case).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs_err::read_to_string(&path).unwrap();
        match name.as_str() {
            "expected.txt" => {}
            "arguments" => text.lines().for_each(|line| argument(&mut options, line)),
            _ => {
                let name =
                    name.strip_prefix("dot").filter(|rest| rest.starts_with('.')).unwrap_or(&name);
                files = files.with(Path::new("/shop").join(name), text);
            }
        }
    }
    load(&options, &files)
}

fn argument(options: &mut LoadOptions, line: &str) {
    let (name, value) = line.split_once(": ").unwrap();
    match name {
        "file" => options.files.push(value.into()),
        "env-file" => options.env_files.push(value.into()),
        "profile" => options.profiles.push(value.into()),
        "project-name" => options.project_name = Some(value.into()),
        "environment" => options.environment = Some(value.into()),
        "service" => options.services.push(value.into()),
        "variable" => {
            let (name, value) = value.split_once('=').unwrap();
            options.variables.insert(name.into(), value.into());
        }
        _ => panic!("unknown argument {name}"),
    }
}
