//! Adapter to the Docker Engine API.
//!
//! [`Docker`] implements every capability of [`wharf_engine::capability`] over HTTP on a unix
//! socket, TCP or TLS. [`resolve_endpoint`] says which engine is meant, from the environment and
//! the docker configuration, as the `docker` command does. Podman's socket speaks the same API;
//! `docs/podman.md` lists where it differs.
//!
//! Inside: `transport` opens connections and keeps them, `client` sends requests with a time
//! limit each and turns failures into errors, and one module per capability translates between
//! the vocabulary of `wharf-plan` and the bodies of the API.

mod client;
mod containers;
mod docker;
mod endpoint;
mod failure;
mod images;
mod lines;
mod multiplex;
mod networks;
mod processes;
mod query;
mod system;
mod transport;

pub use docker::Docker;
pub use endpoint::{Address, Endpoint, HostFiles, RealHostFiles, TlsFiles, resolve_endpoint};
