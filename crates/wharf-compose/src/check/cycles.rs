//! Services that wait for each other in a circle.

use crate::model::Project;
use std::collections::BTreeMap;
use wharf_diag::{Diagnostic, Diagnostics, codes};

/// How far the search has come with a service.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// On the path that is being walked.
    Open,
    /// All that it waits for has been walked.
    Done,
}

/// Reports every circle once, with all its edges.
pub(super) fn cycles(project: &Project, diagnostics: &mut Diagnostics) {
    let mut states: BTreeMap<&str, State> = BTreeMap::new();
    for start in project.services.keys() {
        if !states.contains_key(start.as_str()) {
            walk(project, start, &mut states, diagnostics);
        }
    }
}

/// Depth-first, with a stack of its own: a chain may be longer than the thread's stack is deep.
fn walk<'p>(
    project: &'p Project,
    start: &'p str,
    states: &mut BTreeMap<&'p str, State>,
    diagnostics: &mut Diagnostics,
) {
    let targets = |name: &str| {
        let service = project.services.get(name);
        service.into_iter().flat_map(|service| service.depends_on.keys().map(String::as_str))
    };
    states.insert(start, State::Open);
    let mut path = vec![(start, targets(start))];
    while let Some((name, remaining)) = path.last_mut() {
        let name = *name;
        let Some(next) = remaining.next() else {
            states.insert(name, State::Done);
            path.pop();
            continue;
        };
        match states.get(next) {
            Some(State::Done) => {}
            Some(State::Open) => {
                let from = path.iter().position(|(name, _)| *name == next).unwrap_or(0);
                let circle: Vec<&str> = path[from..].iter().map(|(name, _)| *name).collect();
                diagnostics.push(describe(project, &circle));
            }
            None => {
                states.insert(next, State::Open);
                path.push((next, targets(next)));
            }
        }
    }
}

fn describe(project: &Project, circle: &[&str]) -> Diagnostic {
    let edge = |from: &str, to: &str| {
        project
            .services
            .get(from)
            .and_then(|service| service.depends_on.get(to))
            .and_then(|edge| edge.span)
    };
    if let [only] = circle {
        return Diagnostic::error(
            codes::compose::CYCLE,
            format!("the service `{only}` depends on itself"),
        )
        .at(edge(only, only), "this is the service itself")
        .help("remove this line");
    }
    let nexts = circle.iter().cycle().skip(1);
    let mut names: Vec<_> = circle.iter().map(|name| format!("`{name}`")).collect();
    names.extend(names.first().cloned());
    let mut diagnostic = Diagnostic::error(
        codes::compose::CYCLE,
        format!("services wait for each other in a circle: {}", names.join(" -> ")),
    );
    for (index, (from, to)) in circle.iter().zip(nexts).enumerate() {
        let text = format!("`{from}` waits for `{to}`");
        diagnostic = match index {
            0 => diagnostic.at(edge(from, to), text),
            _ => diagnostic.also(edge(from, to), text),
        };
    }
    diagnostic.note("none of them can start before the others").help(
        "remove one of these dependencies; services on one network reach each other without it",
    )
}
