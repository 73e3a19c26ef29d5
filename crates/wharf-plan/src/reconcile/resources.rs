//! Networks and volumes that the selected services use.

use super::up::Draft;
use crate::{Action, Address, Cause, Edge, NodeId, labels};
use std::collections::{BTreeMap, BTreeSet};
use wharf_diag::codes::plan as codes;
use wharf_diag::{Diagnostic, Span};

/// Nodes that create something, by its name on the engine.
pub(super) type Created = BTreeMap<String, NodeId>;

/// Plans missing networks.
pub(super) fn networks(draft: &mut Draft<'_>) -> Created {
    let mut created = Created::new();
    let used: BTreeSet<_> =
        draft.selected().flat_map(|service| service.networks.iter().cloned()).collect();
    for key in used {
        let Some(network) = draft.desired.networks.get(&key) else { continue };
        let name = &network.spec.name;
        match draft.observed.networks.get(name) {
            Some(there) if !network.external => {
                let owner = there.labels.get(labels::PROJECT);
                draft.warn_if_foreign("network", name, owner, network.span);
                let made_from = there.labels.get(labels::HASH);
                if made_from.is_some_and(|hash| network.spec.labels.get(labels::HASH) != Some(hash))
                {
                    draft.warnings.push(network_changed(name, network.span));
                }
            }
            Some(_) => {}
            None if network.external => {
                draft.problems.push(external_missing("network", name, network.span));
            }
            None => {
                let action = Action::CreateNetwork(Box::new(network.spec.clone()));
                let id = draft.nodes.push(Address::Network(key), action, Cause::NotFound, []);
                created.insert(name.clone(), id);
            }
        }
    }
    created
}

/// Plans missing volumes.
pub(super) fn volumes(draft: &mut Draft<'_>) -> Created {
    let mut created = Created::new();
    let used: BTreeSet<_> =
        draft.selected().flat_map(|service| service.volumes.iter().cloned()).collect();
    for key in used {
        let Some(volume) = draft.desired.volumes.get(&key) else { continue };
        let name = &volume.spec.name;
        match draft.observed.volumes.get(name) {
            Some(there) if !volume.external => {
                let owner = there.labels.get(labels::PROJECT);
                draft.warn_if_foreign("volume", name, owner, volume.span);
            }
            Some(_) => {}
            None if volume.external => {
                draft.problems.push(external_missing("volume", name, volume.span));
            }
            None => {
                let action = Action::CreateVolume(Box::new(volume.spec.clone()));
                let id = draft.nodes.push(Address::Volume(key), action, Cause::NotFound, []);
                created.insert(name.clone(), id);
            }
        }
    }
    created
}

/// Edges to the nodes that create what a container uses.
pub(super) fn edges<'a>(
    created: &'a Created,
    names: impl Iterator<Item = &'a String> + 'a,
) -> impl Iterator<Item = Edge> + 'a {
    names.filter_map(|name| created.get(name)).map(|id| Edge::Success(*id))
}

fn external_missing(kind: &str, name: &str, span: Option<Span>) -> Diagnostic {
    Diagnostic::error(
        codes::EXTERNAL_MISSING,
        format!("external {kind} `{name}` does not exist on the engine"),
    )
    .at(span, "declared `external` here")
    .note(format!("wharf neither creates nor removes an external {kind}"))
    .help(format!("create it with `docker {kind} create {name}`, or remove `external: true`"))
}

fn network_changed(name: &str, span: Option<Span>) -> Diagnostic {
    Diagnostic::warning(
        codes::NETWORK_CHANGED,
        format!("network `{name}` was made from another description and stays as it is"),
    )
    .at(span, "described here")
    .note("an engine cannot change a network; it must be removed while no container uses it")
    .help("run `wharf down` and `wharf up`: data stays, the network is made anew")
}
