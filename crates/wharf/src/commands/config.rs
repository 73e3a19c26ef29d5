//! `wharf config`.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use std::collections::BTreeSet;
use wharf_compose::{canonical_json, canonical_yaml};

/// Prints the project as wharf understands it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Prints for programs
    #[arg(long)]
    json: bool,
    /// Checks only, and prints nothing
    #[arg(short = 'q', long)]
    check: bool,
    /// Prints names of services, one per line
    #[arg(long, conflicts_with_all = ["json", "volumes", "networks", "images", "list_profiles"])]
    services: bool,
    /// Prints keys of volumes, one per line
    #[arg(long, conflicts_with_all = ["json", "networks", "images", "list_profiles"])]
    volumes: bool,
    /// Prints keys of networks, one per line
    #[arg(long, conflicts_with_all = ["json", "images", "list_profiles"])]
    networks: bool,
    /// Prints images, one per line
    #[arg(long, conflicts_with_all = ["json", "list_profiles"])]
    images: bool,
    /// Prints profiles, one per line
    #[arg(id = "list_profiles", long = "profiles", conflicts_with = "json")]
    profiles: bool,
}

/// Runs the command.
pub(crate) fn run(session: &Session<'_>, args: &Args) -> Result<Exit, Failure> {
    let resolved = session.resolve(&[])?;
    let project = &resolved.project;
    let services = project.services.values();
    let list: Option<BTreeSet<String>> = if args.services {
        Some(project.services.keys().cloned().collect())
    } else if args.volumes {
        Some(project.volumes.keys().cloned().collect())
    } else if args.networks {
        Some(project.networks.keys().cloned().collect())
    } else if args.images {
        Some(resolved.desired.services.values().map(|it| it.template.image.clone()).collect())
    } else if args.profiles {
        let all = services.chain(project.inactive.values());
        Some(all.flat_map(|it| it.profiles.iter().map(|name| name.value.clone())).collect())
    } else {
        None
    };
    if args.check || session.is_quiet() {
        return Ok(Exit::Ok);
    }
    match list {
        Some(names) => names.iter().for_each(|name| session.output.answer(name)),
        None if args.json || session.is_json() => {
            let text = serde_json::to_string_pretty(&canonical_json(project));
            session.output.answer(&text.unwrap_or_default());
        }
        None => session.output.answer(&canonical_yaml(project)),
    }
    Ok(Exit::Ok)
}
