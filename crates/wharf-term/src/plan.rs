//! A plan for people, before anything is done.
//!
//! A plan has one node per remote call; people think in containers. So all actions on one address
//! are folded into one line with the effect that they have together, waits are left out, and the
//! order is the order of the plan. The full graph is in the machine form and in `Plan::text`.

mod cause;
mod effect;

use crate::style::{Color, Role};
use crate::text::{self, Line};
use crate::{address, plan::effect::Effect};
use wharf_plan::{Action, Address, Node, Plan, Removal, Risk};

/// Names longer than this do not move the column of the reasons.
const WIDEST_NAME: usize = 40;

/// The plan: what is done to what, why, and what is at risk; every line ends with a line break.
///
/// `width` is the limit of a terminal: longer lines are cut. What is deleted is always shown
/// whole.
pub fn text(plan: &Plan, color: Color, width: Option<usize>) -> String {
    if plan.is_unchanged() {
        return format!("{}\n", nothing_to_do(&plan.project));
    }
    let rows = rows(plan);
    let kind_width = rows.iter().map(|row| row.kind.len()).max().unwrap_or(0);
    let names = rows.iter().map(|row| text::width(&row.name));
    let widest = width.map_or(WIDEST_NAME, |width| WIDEST_NAME.min(width / 3));
    let name_width = names.max().unwrap_or(0).min(widest);
    let mut shown = header(plan, rows.len()).paint(width, color) + "\n";
    for row in &rows {
        let line = Line::default()
            .plain("  ")
            .role(row.effect.role(), row.effect.symbol())
            .plain(format!(" {}  ", text::pad(row.kind, kind_width)))
            .role(Role::Name, &row.name)
            .plain(text::pad("", name_width.saturating_sub(text::width(&row.name)) + 2))
            .plain(&row.why);
        shown += &(line.paint(width, color) + "\n");
    }
    shown + &format!("  {}\n  {}\n", totals(&rows), risk(plan, color))
}

/// What is said in place of a plan that changes nothing.
pub fn nothing_to_do(project: &str) -> String {
    format!("nothing to do: `{}` is as the compose files say", text::clean_line(project))
}

/// What data the plan deletes for good, one entry each; empty when it deletes none.
pub fn losses(plan: &Plan) -> Vec<String> {
    plan.nodes().iter().filter(|node| node.risk == Risk::DataLoss).map(loss).collect()
}

fn loss(node: &Node) -> String {
    match &node.action {
        Action::RemoveVolume { name } => format!("volume `{}`", text::clean_line(name)),
        Action::RemoveContainer { removal: Removal::WithVolumes, .. } => {
            format!("anonymous volumes of `{}`", address::name(&node.address))
        }
        _ => address::full(&node.address),
    }
}

fn risk(plan: &Plan, color: Color) -> String {
    let losses = losses(plan);
    if losses.is_empty() {
        return "risk: none of these loses data".to_owned();
    }
    let word = color.paint(Role::Error, "deletes data for good");
    format!("risk: {word}: {}", losses.join(", "))
}

fn header(plan: &Plan, changes: usize) -> Line {
    let project = text::clean_line(&plan.project);
    Line::default()
        .role(Role::Name, "wharf plan")
        .role(Role::Dim, format!("  {project} · {}", text::count(changes, "change")))
}

fn totals(rows: &[Row]) -> String {
    let mut totals: Vec<(&str, usize)> = Effect::ALL.map(|effect| (effect.total(), 0)).into();
    for row in rows {
        if let Some((_, count)) = totals.iter_mut().find(|(word, _)| *word == row.effect.total()) {
            *count += 1;
        }
    }
    let counted = totals.into_iter().filter(|(_, count)| *count > 0);
    counted.map(|(word, count)| format!("{count} to {word}")).collect::<Vec<_>>().join(", ")
}

/// One line of the plan.
struct Row {
    effect: Effect,
    kind: &'static str,
    name: String,
    why: String,
}

/// One row per address that is changed, in the order in which the plan first names them.
fn rows(plan: &Plan) -> Vec<Row> {
    let mut groups: Vec<(&Address, Vec<&Node>)> = Vec::new();
    for node in plan.nodes().iter().filter(|node| node.action.is_change()) {
        match groups.iter_mut().find(|(address, _)| **address == node.address) {
            Some((_, nodes)) => nodes.push(node),
            None => groups.push((&node.address, vec![node])),
        }
    }
    groups.into_iter().map(|(address, nodes)| row(address, &nodes)).collect()
}

fn row(address: &Address, nodes: &[&Node]) -> Row {
    let (effect, deciding) = effect::of(nodes);
    Row {
        effect,
        kind: address::kind(address),
        name: address::name(address),
        why: cause::reason(effect, &deciding),
    }
}
