//! Which files are read, and what variables there are.

mod dotenv;
mod layers;
mod locate;
mod reader;
mod variables;

pub(crate) use dotenv::{Assignment, parse_dotenv, parse_raw};
pub(crate) use layers::{Layer, read_layers};
pub(crate) use locate::{Located, absolute, clean, locate};
pub(crate) use reader::Reader;
pub use variables::Environment;
pub(crate) use variables::{Example, Variables, read_example, read_variables};
