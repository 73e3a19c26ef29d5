//! What a user sees, form by form.
//!
//! `cfg(test)` lets clippy know that helpers in these modules are tests too.

#[cfg(test)]
mod diagnostics;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod progress;
#[cfg(test)]
mod screen;
#[cfg(test)]
mod stack;
#[cfg(test)]
mod terminal;
