//! What the tests share: projects from compose text, runs of commands, pictures of the world.

mod run;
mod snapshot;

pub(crate) use run::{Run, down, look, paused, up};
pub(crate) use snapshot::{Snapshot, mark_volumes};

use wharf_compose::{LoadOptions, MemoryFiles, load};
use wharf_plan::{Desired, Secret, StoreKind, Values, needed_values};

/// Resolves compose text as project `shop`; every secret and config has the value `value`.
pub(crate) fn desired(text: &str) -> Desired {
    let files = MemoryFiles::default().with("/shop/compose.yaml", text);
    let options = LoadOptions {
        current_directory: "/shop".into(),
        variables: [("TOKEN".to_owned(), "value".to_owned())].into(),
        ..LoadOptions::default()
    };
    let loaded = load(&options, &files);
    let project = loaded.project.unwrap_or_else(|| panic!("{text}\n{:#?}", loaded.diagnostics));
    let mut values = Values::default();
    for needed in needed_values(&project) {
        let kind: StoreKind = needed.kind;
        values.stores.insert((kind, needed.key), Secret::new("value"));
    }
    Desired::resolve(&project, &values).unwrap()
}
