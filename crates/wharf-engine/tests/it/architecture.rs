//! Rules that hold for the source itself: who may depend on whom, how long a file may be, and
//! that nothing of the machine that it was written on is in it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// They are tested in milliseconds and cannot touch the world.
const PURE: [&str; 4] = ["wharf-diag", "wharf-compose", "wharf-plan", "wharf-term"];
/// What waits or talks.
const IMPURE: [&str; 6] = ["tokio", "tokio-util", "hyper", "bollard", "bollard-stubs", "mio"];
/// Longer files have two subjects.
const MOST_LINES: usize = 600;
/// Larger files are not source.
const MOST_BYTES: u64 = 1 << 20;

fn workspace() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap().to_owned()
}

/// Everything below a folder but what is built or fetched.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let skipped = ["target", ".git", "node_modules", "dist"].map(OsStr::new);
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() && !skipped.contains(&entry.file_name().as_os_str()) {
                open.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    files
}

/// Names of the packages in the normal dependency tree of a crate.
fn dependencies(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", package, "--edges", "normal"])
        .args(["--prefix", "none", "--format", "{p}"])
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().filter_map(|line| line.split(' ').next().map(str::to_owned)).collect()
}

#[test]
fn pure_crates_depend_on_nothing_that_waits_or_talks() {
    for package in PURE {
        let all = dependencies(package);
        assert!(all.contains(package), "{all:?}");
        let found: Vec<_> = IMPURE.iter().filter(|name| all.contains(**name)).collect();
        assert!(found.is_empty(), "{package} depends on {found:?}");
    }
}

#[test]
fn crates_depend_only_in_the_direction_of_the_design() {
    let allowed: [(&str, &[&str]); 6] = [
        ("wharf-diag", &[]),
        ("wharf-compose", &["wharf-diag"]),
        ("wharf-plan", &["wharf-compose", "wharf-diag"]),
        ("wharf-term", &["wharf-compose", "wharf-diag", "wharf-plan"]),
        ("wharf-engine", &["wharf-compose", "wharf-diag", "wharf-plan"]),
        ("wharf-docker", &["wharf-compose", "wharf-diag", "wharf-engine", "wharf-plan"]),
    ];
    for (package, allowed) in allowed {
        let all = dependencies(package);
        let ours = all.iter().filter(|name| name.starts_with("wharf-") && *name != package);
        let wrong: Vec<_> = ours.filter(|name| !allowed.contains(&name.as_str())).collect();
        assert!(wrong.is_empty(), "{package} depends on {wrong:?}");
    }
}

#[test]
fn no_source_file_is_too_long() {
    let mut long = Vec::new();
    for path in files_below(&workspace().join("crates")) {
        if path.extension() == Some(OsStr::new("rs")) {
            let lines = fs_err::read_to_string(&path).unwrap().lines().count();
            if lines > MOST_LINES {
                long.push(format!("{} has {lines} lines", path.display()));
            }
        }
    }
    assert!(long.is_empty(), "more than {MOST_LINES}: {long:#?}");
}

/// Whether `.gitignore` keeps it out: values of an environment, and what tools leave behind.
fn is_kept_out(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_environment = name.starts_with(".env") && name != ".env.example";
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    is_environment || ["log", "pid", "tmp", "pem", "key"].contains(&&*extension)
}

/// What only this machine has: its folders, and the hosts that it fetches packages from. The list
/// is made here and now, so that it is not in the source either.
fn traces_of_this_machine() -> Vec<String> {
    let mut traces = Vec::new();
    traces.push(format!("{}/", workspace().display()));
    let home = std::env::var("HOME").unwrap_or_default();
    if home.len() > 1 {
        traces.push(format!("{home}/."));
    }
    let variables = std::env::vars().filter(|(name, _)| {
        let name = name.to_lowercase();
        ["index", "registry", "mirror", "proxy"].iter().any(|word| name.contains(word))
    });
    let mut texts: Vec<String> = variables.map(|(_, value)| value).collect();
    for file in [".cargo/config.toml", ".npmrc", ".config/pip/pip.conf", ".pip/pip.conf"] {
        texts.extend(fs_err::read_to_string(Path::new(&home).join(file)));
    }
    let public = ["crates.io", "github.com", "localhost", "127.0.0.1", "pypi.org", "npmjs.org"];
    let hosts = texts.iter().flat_map(|text| hosts(text));
    traces.extend(hosts.filter(|host| !public.iter().any(|known| host.ends_with(known))));
    traces
}

/// Hosts of the addresses in a text.
fn hosts(text: &str) -> impl Iterator<Item = String> {
    text.split("://").skip(1).filter_map(|rest| {
        let authority = rest.split(['/', '"', '\'', ' ', '\n', ',']).next()?;
        let host = authority.rsplit('@').next()?.split(':').next()?;
        (host.len() > 3 && host.contains('.')).then(|| host.to_owned())
    })
}

#[test]
fn hosts_are_found_in_addresses() {
    let text = "index = \"sparse+https://user:pass@packages.example:8443/index/\"";
    assert_eq!(hosts(text).collect::<Vec<_>>(), ["packages.example"]);
}

#[test]
fn no_trace_of_this_machine_is_in_a_file() {
    let traces = traces_of_this_machine();
    let mut found = Vec::new();
    for path in files_below(&workspace()) {
        if is_kept_out(&path) {
            continue;
        }
        let is_small = fs_err::metadata(&path).is_ok_and(|it| it.len() <= MOST_BYTES);
        let Some(text) = fs_err::read_to_string(&path).ok().filter(|_| is_small) else { continue };
        for trace in traces.iter().filter(|trace| text.contains(trace.as_str())) {
            found.push(format!("{} has {trace}", path.display()));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
