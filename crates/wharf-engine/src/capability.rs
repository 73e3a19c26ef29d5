//! What an engine can do, as small traits.
//!
//! Every method is one remote call unless it says otherwise, may be called from several tasks at
//! once, and has a time limit of its own. Names and ids are interchangeable where a container is
//! asked for. Errors name what was being done.

mod containers;
mod images;
mod networks;
mod processes;
mod system;

pub use containers::{ContainerReport, Containers, LogChunk, LogOptions, LogStream};
pub use images::{ImageProgress, Images};
pub use networks::{Networks, Volumes};
pub use processes::{ExecSpec, ProcessOutput, ProcessStream, Processes, Session, TerminalSize};
pub use system::{EngineEvent, EngineInfo, System};

/// An engine with everything that running a stack needs.
pub trait Engine:
    Containers + Images + Networks + Volumes + Processes + System + Send + Sync + 'static
{
}

impl<T> Engine for T where
    T: Containers + Images + Networks + Volumes + Processes + System + Send + Sync + 'static
{
}
