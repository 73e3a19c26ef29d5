//! What of a project is on the engine, in a form that two runs can be compared in.

use super::stack::Stack;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use wharf_testkit::deadline::eventually;
use wharf_testkit::engine::{docker, networks, try_docker, volumes};

/// Labels that say what a container was made from.
const HASHES: [&str; 2] = ["wharf.config-hash", "wharf.files-hash"];

/// What of a project is on the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    containers: BTreeMap<String, Container>,
    networks: Vec<String>,
    volumes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Container {
    number: String,
    hashes: [String; 2],
    image: String,
    state: String,
    namespace: String,
    networks: BTreeSet<String>,
    mounts: BTreeMap<String, String>,
    /// Whether it was started after the service `store` was made: a one-shot service works again
    /// on what is new, and `depends_on.restart` restarts.
    is_newer_than_store: bool,
}

impl State {
    pub(crate) fn of(stack: &Stack) -> Self {
        let found = inspect(stack);
        let names: BTreeMap<&str, &str> =
            found.iter().map(|it| (text(it, "/Id"), text(it, "/Name"))).collect();
        let store = found.iter().find(|it| text(it, "/Name").ends_with("-store-1"));
        let store = store.map_or("", |it| text(it, "/Created"));
        let containers =
            found.iter().map(|it| (text(it, "/Name").to_owned(), container(it, &names, store)));
        Self {
            containers: containers.collect(),
            networks: networks(stack.project()),
            volumes: volumes(stack.project()),
        }
    }

    /// The project is as it was when this was read.
    pub(crate) fn expect_again(&self, stack: &Stack, at: &impl Debug) {
        let now = Self::of(stack);
        assert!(*self == now, "killed at {at:?}\nwanted: {self:#?}\nfound: {now:#?}");
    }

    /// Nothing but one volume is there.
    pub(crate) fn expect_only_volume(&self, volume: &str, at: &impl Debug) {
        assert!(self.containers.is_empty(), "killed at {at:?}: {self:#?}");
        assert!(self.networks.is_empty(), "killed at {at:?}: {self:#?}");
        assert_eq!(self.volumes, [volume], "killed at {at:?}");
    }
}

fn container(found: &Value, names: &BTreeMap<&str, &str>, store: &str) -> Container {
    let keys = |pointer: &str| -> BTreeSet<String> {
        let map = found.pointer(pointer).and_then(Value::as_object);
        map.into_iter().flat_map(|map| map.keys().cloned()).collect()
    };
    let label = |name: &str| text(found, &format!("/Config/Labels/{name}")).to_owned();
    let mode = text(found, "/HostConfig/NetworkMode");
    let namespace = mode
        .strip_prefix("container:")
        .map_or("own", |id| names.get(id).copied().unwrap_or("of a container that is gone"));
    Container {
        number: label("com.docker.compose.container-number"),
        hashes: HASHES.map(label),
        image: text(found, "/Image").to_owned(),
        state: format!("{} {}", text(found, "/State/Status"), found["State"]["ExitCode"]),
        namespace: namespace.to_owned(),
        networks: keys("/NetworkSettings/Networks"),
        mounts: mounts(found).collect(),
        // Times of an engine are written so that they sort as texts.
        is_newer_than_store: text(found, "/State/StartedAt") > store,
    }
}

fn mounts(found: &Value) -> impl Iterator<Item = (String, String)> + '_ {
    found["Mounts"].as_array().into_iter().flatten().map(|mount| {
        let name = text(mount, "/Name");
        let name = if is_generated(name) { "anonymous" } else { name };
        (text(mount, "/Destination").to_owned(), name.to_owned())
    })
}

/// The anonymous volumes of the project's containers, wanted ones and leftovers.
pub(crate) fn anonymous_volumes(stack: &Stack) -> BTreeSet<String> {
    let found = inspect(stack);
    let mounts = found.iter().filter_map(|it| it["Mounts"].as_array()).flatten();
    let names = mounts.map(|mount| text(mount, "/Name")).filter(|name| is_generated(name));
    names.map(str::to_owned).collect()
}

/// Of the anonymous volumes that were seen, only those in use are still there.
pub(crate) fn expect_none_dangling(stack: &Stack, seen: &BTreeSet<String>, at: &impl Debug) {
    let used = anonymous_volumes(stack);
    let all = docker(["volume", "ls", "--quiet"]);
    let left: Vec<&str> =
        all.lines().filter(|name| seen.contains(*name) && !used.contains(*name)).collect();
    assert!(left.is_empty(), "killed at {at:?}: volumes are left over: {left:?}");
}

/// Names that an engine gives to anonymous volumes.
fn is_generated(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The engine may still be at work on what reached it before the crash, so that what was listed
/// is gone a moment later; then both are asked again.
fn inspect(stack: &Stack) -> Vec<Value> {
    let filter = format!("label=com.docker.compose.project={}", stack.project());
    eventually("containers that stay while they are looked at", || {
        let ids = docker(["ps", "--all", "--quiet", "--filter", &filter]);
        if ids.is_empty() {
            return Some(Vec::new());
        }
        let command: Vec<&str> = ["inspect"].into_iter().chain(ids.lines()).collect();
        serde_json::from_str(&try_docker(&command)?).ok()
    })
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
