//! The adapter against a real engine: the contract that every adapter keeps, and what is
//! Docker's own. Needs an engine and an image with a shell; their absence is a failure.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod build;
mod connection;
mod docker;
mod endpoint;
mod fixture;
mod podman;
mod tls;

wharf_engine::contract_tests!(crate::fixture::contract);
