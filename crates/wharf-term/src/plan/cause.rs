//! Causes in words.

use crate::plan::effect::Effect;
use crate::text;
use wharf_plan::{Action, Cause, Change, Node};

/// How many names of one sort are listed; the machine form has them all.
const LISTED: usize = 4;

/// Why the nodes that decide an effect are in the plan.
pub(super) fn reason(effect: Effect, nodes: &[&Node]) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for node in nodes {
        let reason = match effect {
            Effect::Change => change_reason(node),
            Effect::Pull | Effect::Build => format!("{}: {}", effect.total(), words(&node.cause)),
            Effect::Create | Effect::Replace | Effect::Remove => words(&node.cause),
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    text::clean_line(&reasons.join("; ")).into_owned()
}

/// `~` says only that something is done; unless the cause says what, the verb does.
fn change_reason(node: &Node) -> String {
    match (&node.action, &node.cause) {
        (Action::StartContainer { .. }, Cause::NotRunning)
        | (Action::ConnectNetwork { .. }, Cause::NetworkMissing { .. }) => words(&node.cause),
        (Action::KillContainer { signal, .. }, cause) => {
            format!("kill with {signal}: {}", words(cause))
        }
        (action, cause) => format!("{}: {}", action.verb(), words(cause)),
    }
}

fn words(cause: &Cause) -> String {
    match cause {
        Cause::NotFound => "not found".to_owned(),
        Cause::Changed { changes } => changed(changes),
        Cause::ImageChanged { from, to } => format!("image changed ({from} → {to})"),
        Cause::NotRunning => "not running".to_owned(),
        Cause::Requested => "requested".to_owned(),
        Cause::NotInFiles => "not in the compose files".to_owned(),
        Cause::ScaledDown => "scaled down".to_owned(),
        Cause::DependencyReplaced { service } => format!("`{service}` is replaced"),
        Cause::Leftover => "left by an interrupted run".to_owned(),
        Cause::NeededBy { service } => format!("needed by `{service}`"),
        Cause::NetworkMissing { network } => format!("not connected to network `{network}`"),
    }
}

/// `image app:1.3 → app:1.4; env `A`, `B`, label `c`, ports changed`.
fn changed(changes: &[Change]) -> String {
    let (mut images, mut env, mut labels, mut attributes) = (vec![], vec![], vec![], vec![]);
    for change in changes {
        match change {
            Change::Image { from, to } => images.push(format!("image {from} → {to}")),
            Change::Env { name } => env.push(format!("`{name}`")),
            Change::Label { name } => labels.push(format!("`{name}`")),
            Change::Attribute { name } => attributes.push((*name).to_owned()),
        }
    }
    let groups = [("env ", env), ("label ", labels), ("", attributes)];
    let groups: Vec<String> = groups
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(word, names)| format!("{word}{}", listed(&names)))
        .collect();
    if !groups.is_empty() {
        images.push(format!("{} changed", groups.join(", ")));
    }
    if images.is_empty() { "changed".to_owned() } else { images.join("; ") }
}

fn listed(names: &[String]) -> String {
    match names.get(LISTED..) {
        Some([]) | None => names.join(", "),
        Some(more) => format!("{} and {} more", names[..LISTED].join(", "), more.len()),
    }
}
