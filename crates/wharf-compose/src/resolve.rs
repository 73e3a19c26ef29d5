//! What follows from the files without being written in them.

mod environment;
mod name;
mod profiles;
mod uses;

pub(crate) use name::project_name;
pub(crate) use uses::{check_environment, report_uses};

use crate::LoadOptions;
use crate::decode::Decoded;
use crate::model::{Network, Project, Service};
use crate::source::{Located, Reader, Variables};
use std::collections::BTreeMap;
use wharf_diag::Spanned;

/// What is known beside the files' content.
pub(crate) struct Context<'a> {
    pub(crate) options: &'a LoadOptions,
    pub(crate) environment: &'a str,
    pub(crate) name: Spanned<String>,
    pub(crate) located: Located,
    pub(crate) variables: &'a Variables<'a>,
}

/// Makes the project: picks the active services, fills their environment, adds the network that
/// services without one share.
pub(crate) fn resolve(decoded: Decoded, context: Context<'_>, reader: &mut Reader<'_>) -> Project {
    let Decoded { services, mut networks, volumes, secrets, configs, extensions } = decoded;
    let active = profiles::active_profiles(context.options, context.variables);
    let (mut services, mut inactive): (BTreeMap<_, _>, BTreeMap<_, _>) = services
        .into_iter()
        .map(|service| (service.name.value.clone(), service))
        .partition(|(_, service)| profiles::is_active(service, &active, &context.options.services));
    services.values_mut().chain(inactive.values_mut()).for_each(join_default);
    profiles::drop_optional(&mut services, &inactive);
    environment::fill(&mut services, context.variables, reader);
    if services.values().any(|service| service.networks.contains_key("default")) {
        networks.entry("default".into()).or_insert_with(|| default_network(&context.name.value));
    } else {
        networks.remove("default");
    }
    Project {
        name: context.name,
        directory: context.located.directory,
        files: context.located.files,
        environment_files: context.variables.paths.clone(),
        environment: context.environment.to_owned(),
        services,
        inactive,
        networks,
        volumes,
        secrets,
        configs,
        extensions,
    }
}

fn join_default(service: &mut Service) {
    if service.networks.is_empty() && service.network_mode.is_none() {
        service
            .networks
            .insert("default".into(), Spanned::implied(crate::model::Attachment::default()));
    }
}

fn default_network(project: &str) -> Network {
    let name = Spanned::implied(format!("{project}_default"));
    Network::plain(Spanned::implied("default".into()), name)
}
