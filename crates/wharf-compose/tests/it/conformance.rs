//! The same files as Docker Compose, with the same result.
//!
//! The cases are made from files of other projects, so they are not part of the repository: they
//! are read from the folder that WHARF_CORPUS names, or else from `shared/corpus` beside the
//! repository. Each case is a folder with `in/`, the arguments, and what Docker Compose printed.

use crate::support::{load_real, messages, options};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wharf_compose::{LoadOptions, MemoryFiles, canonical_json, canonical_yaml, load};

/// Cases whose outcome differs, and why. A case that begins to agree must leave this list.
const DIFFERENT: &[(&str, &str)] = &[
    ("awesome--wasmedge-kafka-mysql--compose.yml", "`runtime` is refused for now"),
    ("awesome--wasmedge-mysql-nginx--compose.yml", "`runtime` is refused for now"),
    ("e2e--attach-restart--compose.yaml", "`deploy.restart_policy` is printed as `restart`"),
    ("e2e--build-dependencies--compose.yaml", "`additional_contexts` is refused for now"),
    ("e2e--build-test--entitlements--compose.yaml", "`entitlements` is refused for now"),
    ("e2e--build-test--privileged--compose.yaml", "`build.privileged` is refused for now"),
    ("e2e--publish--oci--compose.yaml", "`extends` is refused for now"),
    (
        "e2e--simple-build-test--compose-interpolate.yaml",
        "an empty `dockerfile` is the default one",
    ),
    ("go--cli--testdata--simple--compose-with-paths.yaml", "paths of Windows are not known"),
    ("go--loader--testdata--combined--compose.yaml", "`include` is refused for now"),
    ("go--loader--testdata--combined--dir--included.yaml", "`extends` is refused for now"),
    ("go--loader--testdata--compose-include.yaml", "`include` is refused for now"),
    (
        "go--loader--testdata--compose-test-extends-with-context-url-imported.yaml",
        "build contexts behind an address are refused for now",
    ),
    (
        "go--loader--testdata--compose-test-extends-with-context-url.yaml",
        "`extends` is refused for now",
    ),
    ("go--loader--testdata--compose-test-extends.yaml", "`extends` is refused for now"),
    ("go--loader--testdata--compose-test-with-version.yaml", "`volumes_from` is refused for now"),
    ("go--loader--testdata--extends--depends_on.yaml", "`volumes_from` is refused for now"),
    ("go--loader--testdata--extends--nested.yaml", "`extends` is refused for now"),
    ("go--loader--testdata--extends--reset.yaml", "`extends` is refused for now"),
    ("go--loader--testdata--extends--withdir--compose.yaml", "`extends` is refused for now"),
    ("go--loader--testdata--extends--withdir--dir--compose.yaml", "`extends` is refused for now"),
    ("go--loader--testdata--include--compose.yaml", "`include` is refused for now"),
    ("go--loader--testdata--include--project-directory.yaml", "`include` is refused for now"),
];

fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("WHARF_CORPUS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    named
        .or(Some(beside))
        .filter(|folder| folder.is_dir())
        .and_then(|folder| folder.canonicalize().ok())
}

#[test]
fn real_files_give_what_docker_compose_prints() {
    let Some(corpus) = corpus() else {
        println!("0 cases: no corpus in WHARF_CORPUS or beside the repository");
        return;
    };
    let mut cases: Vec<PathBuf> = fs_err::read_dir(&corpus)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("cmd").is_file())
        .collect();
    cases.sort();
    let mut problems = Vec::new();
    for case in &cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let reason = DIFFERENT.iter().find(|(different, _)| *different == name);
        match (compare(case), reason) {
            (Ok(()), None) | (Err(_), Some(_)) => {}
            (Ok(()), Some(_)) => {
                problems.push(format!("{name}: agrees now; remove it from DIFFERENT"));
            }
            (Err(problem), None) => problems.push(format!("{name}: {problem}")),
        }
    }
    println!("{} cases, {} of them known to differ", cases.len(), DIFFERENT.len());
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}

fn compare(case: &Path) -> Result<(), String> {
    let inputs = case.join("in");
    let command = fs_err::read_to_string(case.join("cmd")).unwrap();
    let mut lines = command.lines();
    let folder = lines.next().unwrap_or(".");
    let files = lines.next().unwrap_or("").split_whitespace().filter(|word| *word != "-f");
    let options = LoadOptions {
        files: files.map(PathBuf::from).collect(),
        profiles: vec!["*".into()],
        variables: BTreeMap::from([
            ("HOME".into(), "/nonexistent".into()),
            ("USER".into(), "user".into()),
        ]),
        ..options(real(&inputs.join(folder)))
    };
    let loaded = load_real(&options);
    let expected = fs_err::read_to_string(case.join("expected.json"));
    match (expected, &loaded.project) {
        (Err(_), None) => Ok(()),
        (Err(_), Some(_)) => Err("Docker Compose refuses it, wharf does not".into()),
        (Ok(_), None) => Err(format!("refused: {:#?}", messages(&loaded))),
        (Ok(text), Some(project)) => {
            let mut expected: Value = serde_json::from_str(&text).unwrap();
            let actual = canonical_json(project).to_string();
            let actual = actual.replace(inputs.to_str().unwrap(), "${DIR}");
            let mut actual: Value = serde_json::from_str(&actual).unwrap();
            strip(&mut expected);
            strip(&mut actual);
            let mut differences = Vec::new();
            differ("", &expected, &actual, &mut differences);
            if !differences.is_empty() {
                return Err(differences.join("; "));
            }
            reads_back(&canonical_yaml(project))
        }
    }
}

/// What `wharf config` prints is a compose file that means the same.
fn reads_back(yaml: &str) -> Result<(), String> {
    let files = MemoryFiles::default().with("/again/compose.yaml", yaml);
    let everything = LoadOptions { profiles: vec!["*".into()], ..options("/again") };
    let again = load(&everything, &files);
    match &again.project {
        Some(project) if canonical_yaml(project) == yaml => Ok(()),
        Some(project) => Err(format!("reads back as\n{}", canonical_yaml(project))),
        None => Err(format!("does not read back: {:#?}\n{yaml}", messages(&again))),
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap()
}

/// `develop` has no part in what `up` starts and is not kept; empty sections say nothing.
fn strip(value: &mut Value) {
    if let Some(services) = value.get_mut("services").and_then(Value::as_object_mut) {
        for service in services.values_mut().filter_map(Value::as_object_mut) {
            service.remove("develop");
            if let Some(deploy) = service.get_mut("deploy").and_then(Value::as_object_mut) {
                deploy.retain(|_, value| *value != Value::Object(serde_json::Map::new()));
            }
        }
    }
}

fn differ(path: &str, expected: &Value, actual: &Value, found: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for key in
                expected.keys().chain(actual.keys().filter(|key| !expected.contains_key(*key)))
            {
                let null = Value::String("<absent>".into());
                let (left, right) =
                    (expected.get(key).unwrap_or(&null), actual.get(key).unwrap_or(&null));
                differ(&format!("{path}.{key}"), left, right, found);
            }
        }
        _ if expected == actual => {}
        _ => found.push(format!("{path}: expected {expected}, got {actual}")),
    }
}
