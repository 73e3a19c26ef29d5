//! What several actions do to one thing, taken together.

use crate::style::Role;
use wharf_plan::{Action, Cause, Node};

/// What becomes of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// An image is fetched.
    Pull,
    /// An image is made.
    Build,
    /// It is not there yet.
    Create,
    /// It stays and is changed: started, stopped, connected.
    Change,
    /// It goes and another one comes.
    Replace,
    /// It goes.
    Remove,
}

impl Effect {
    /// In the order of the totals.
    pub(super) const ALL: [Self; 6] =
        [Self::Pull, Self::Build, Self::Create, Self::Change, Self::Replace, Self::Remove];

    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Pull | Self::Build | Self::Create => "+",
            Self::Change => "~",
            Self::Replace => "±",
            Self::Remove => "-",
        }
    }

    pub(super) fn role(self) -> Role {
        match self {
            Self::Pull | Self::Build | Self::Create => Role::Success,
            Self::Change | Self::Replace => Role::Warning,
            Self::Remove => Role::Error,
        }
    }

    /// The word behind `2 to ...`.
    pub(super) fn total(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Build => "build",
            Self::Create => "create",
            Self::Change => "change",
            Self::Replace => "replace",
            Self::Remove => "remove",
        }
    }
}

/// The effect of all changes of one address, and the nodes whose causes explain it.
pub(super) fn of<'a>(nodes: &[&'a Node]) -> (Effect, Vec<&'a Node>) {
    let select = |is: fn(&Action) -> bool| -> Vec<&'a Node> {
        nodes.iter().copied().filter(|node| is(&node.action)).collect()
    };
    let built = select(|action| matches!(action, Action::BuildImage(_)));
    if !built.is_empty() {
        return (Effect::Build, built);
    }
    let pulled = select(|action| matches!(action, Action::PullImage { .. }));
    if !pulled.is_empty() {
        return (Effect::Pull, pulled);
    }
    let created = select(is_creation);
    let removed = select(is_removal);
    // What an interrupted run left behind is cleared away; that alone is no replacement.
    let is_replaced = removed.iter().any(|node| node.cause != Cause::Leftover);
    let kept: Vec<_> = nodes.iter().copied().filter(|it| it.cause != Cause::Leftover).collect();
    match created.is_empty() {
        false if is_replaced => (Effect::Replace, created),
        false => (Effect::Create, created),
        true if is_replaced || kept.is_empty() => (Effect::Remove, removed),
        true => (Effect::Change, kept),
    }
}

fn is_creation(action: &Action) -> bool {
    matches!(
        action,
        Action::CreateContainer { .. } | Action::CreateNetwork(_) | Action::CreateVolume(_)
    )
}

fn is_removal(action: &Action) -> bool {
    matches!(
        action,
        Action::RemoveContainer { .. } | Action::RemoveNetwork { .. } | Action::RemoveVolume { .. }
    )
}
