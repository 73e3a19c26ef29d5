//! `wharf config` of representative projects: one folder of `testing/corpus/golden` each.

use crate::support::{check_golden, messages, options, testing};
use std::path::{Path, PathBuf};
use wharf_compose::{Loaded, MemoryFiles, canonical_json, canonical_yaml, load};

#[test]
fn canonical_text_is_as_recorded_and_reads_back_as_itself() {
    let root = testing("corpus/golden");
    let mut cases: Vec<PathBuf> =
        fs_err::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 6, "only {} cases", cases.len());
    let problems: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn check(case: &Path) -> Result<(), String> {
    let mut files = MemoryFiles::default();
    for entry in fs_err::read_dir(case).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name != "expected.yaml" {
            let name =
                name.strip_prefix("dot").filter(|rest| rest.starts_with('.')).unwrap_or(&name);
            files =
                files.with(Path::new("/shop").join(name), fs_err::read_to_string(&path).unwrap());
        }
    }
    let (yaml, json) = printed(&load(&options("/shop"), &files), case)?;
    check_golden(&case.join("expected.yaml"), &yaml)?;
    let again = MemoryFiles::default().with("/shop/compose.yaml", yaml.as_str());
    let (yaml_again, json_again) = printed(&load(&options("/shop"), &again), case)?;
    if (&yaml_again, &json_again) == (&yaml, &json) {
        return Ok(());
    }
    Err(format!("{}: reads back as\n{yaml_again}", case.display()))
}

fn printed(loaded: &Loaded, case: &Path) -> Result<(String, serde_json::Value), String> {
    match &loaded.project {
        Some(project) => Ok((canonical_yaml(project), canonical_json(project))),
        None => Err(format!("{}: {:#?}", case.display(), messages(loaded))),
    }
}
