//! Workbenches, engines and deadlines for the tests.
//!
//! A missing precondition (no engine, no image) is a panic that says what to do about it.
#![expect(clippy::panic, reason = "a precondition that is missing ends the test, with its reason")]

pub mod deadline;
pub mod engine;
pub mod http;
pub mod proxy;
pub mod pty;
pub mod stub;
pub mod workbench;
