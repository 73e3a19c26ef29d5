//! Wanted state and observed state into a [`Plan`].
//!
//! This crate owns the vocabulary that the rest of wharf speaks: [`ContainerSpec`] and its
//! relatives (what is wanted, resolved to what an engine needs), [`Observed`] (what is there),
//! [`Action`], [`Cause`], [`Risk`] and [`Plan`] (what to do), [`Event`] (what happened).
//! Planning is pure, synchronous and deterministic: no clock, no I/O, no prompt.

mod action;
mod address;
mod cause;
mod changes;
mod desired;
mod event;
mod hash;
pub mod labels;
mod observed;
mod plan;
mod reconcile;
mod secret;
pub mod spec;

pub use action::{Action, Gate, Removal, Target};
pub use address::Address;
pub use cause::{Cause, Change, Risk};
pub use desired::{
    Dependencies, Desired, DesiredNetwork, DesiredService, DesiredVolume, NeededValue, StoreKind,
    Values, needed_values,
};
pub use event::{Event, NodeOutcome, Summary};
pub use hash::container_hash;
pub use observed::{
    ContainerDetails, ContainerState, ForeignContainer, Health, ImageConfig, Observed,
    ObservedContainer, ObservedImage, ObservedMount, ObservedNetwork, ObservedPort, ObservedVolume,
};
pub use plan::{Edge, Node, NodeId, Plan, PlanBuilder};
pub use reconcile::{
    DownOptions, ImageOptions, Lifecycle, OneOff, Proposal, Readiness, Recreate, Scope, UpOptions,
    down, lifecycle, one_off, plan_builds, plan_images, remove_one_off, up,
};
pub use secret::Secret;
pub use spec::ContainerSpec;
