//! What a command works with: the settings, the project, the engine.

use crate::access::check_names;
use crate::exit::Exit;
use crate::failure::{self, Failure};
use crate::lock::{self, Lock};
use crate::settings::{Format, Settings};
use crate::values;
use std::collections::BTreeSet;
use std::sync::Arc;
use wharf_compose::model::Project;
use wharf_compose::{Environment, Loaded, RealFiles, load};
use wharf_diag::{Diagnostic, Severity, SourceMap};
use wharf_docker::{Docker, Endpoint, RealHostFiles, resolve_endpoint};
use wharf_engine::{Inspect, ObserveRequest, observe};
use wharf_plan::{Desired, Observed};
use wharf_term::Output;

/// What a command works with.
pub(crate) struct Session<'a> {
    pub(crate) settings: Settings,
    pub(crate) output: &'a Output,
}

/// A project that was read, and the files that it came from.
pub(crate) struct Read {
    pub(crate) project: Project,
    /// The variables that the files could use.
    pub(crate) environment: Environment,
    pub(crate) sources: SourceMap,
}

/// A project resolved to what the engine needs.
pub(crate) struct Resolved {
    pub(crate) project: Project,
    pub(crate) sources: SourceMap,
    pub(crate) desired: Desired,
}

/// The engine that the environment names.
pub(crate) struct Connected {
    pub(crate) engine: Arc<Docker>,
    pub(crate) endpoint: Endpoint,
}

impl<'a> Session<'a> {
    pub(crate) fn new(settings: Settings, output: &'a Output) -> Self {
        Self { settings, output }
    }

    /// Reads the compose files; warnings are told, errors end the command.
    pub(crate) fn read(&self, services: &[String]) -> Result<Read, Failure> {
        let (_, read) = self.load(services);
        read
    }

    /// The name of the project as far as it is known, and the project or what is wrong with it.
    fn load(&self, services: &[String]) -> (Option<String>, Result<Read, Failure>) {
        let mut options = self.settings.load.clone();
        options.services = services.to_vec();
        let Loaded { project, name, environment, sources, diagnostics } =
            load(&options, &RealFiles);
        let Some(project) = project else {
            return (name, Err(Failure::invalid(diagnostics, sources)));
        };
        self.tell(&diagnostics.into_sorted(), &sources);
        (name, Ok(Read { project, environment, sources }))
    }

    /// Reads the compose files and resolves them, secrets and configs included; `services` are
    /// those that the command line names, and must be there.
    pub(crate) fn resolve(&self, services: &[String]) -> Result<Resolved, Failure> {
        let Read { project, environment, sources } = self.read(services)?;
        let values = values::read(&project, &environment, &sources)?;
        let desired = Desired::resolve(&project, &values)
            .map_err(|problems| Failure::invalid(problems, sources.clone()))?;
        check_names(services, desired.services.keys().map(String::as_str))?;
        Ok(Resolved { project, sources, desired })
    }

    /// Name of the project, and the project itself when its files are in order. What is there
    /// can be listed and stopped without them: its labels tell enough.
    pub(crate) fn scope(&self) -> Result<(String, Option<Read>), Failure> {
        match self.load(&[]) {
            (_, Ok(read)) => Ok((read.project.name.value.clone(), Some(read))),
            (Some(name), Err(failure)) => {
                let first = failure.diagnostics.first().map(|it| it.message.clone());
                self.output.tell(&format!(
                    "going by the labels on the engine, as the compose files cannot be read: {}",
                    first.unwrap_or_default()
                ));
                Ok((name, None))
            }
            (None, Err(failure)) => match &self.settings.load.project_name {
                Some(name) => Ok((name.clone(), None)),
                None => Err(failure),
            },
        }
    }

    /// The same where data may be deleted: what the files say of external volumes must be known,
    /// so files that are there and cannot be read end the command.
    pub(crate) fn exact_scope(&self) -> Result<(String, Option<Read>), Failure> {
        match self.load(&[]) {
            (Some(_), Err(failure)) => Err(failure),
            _ => self.scope(),
        }
    }

    /// Tells diagnostics on stderr.
    pub(crate) fn tell(&self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        let shown: Vec<_> = diagnostics
            .iter()
            .filter(|it| it.severity == Severity::Error || !self.is_quiet())
            .cloned()
            .collect();
        failure::print(&shown, sources, self.output, self.settings.format);
    }

    /// Whether only errors are told.
    pub(crate) fn is_quiet(&self) -> bool {
        self.settings.progress == crate::cli::Progress::Quiet
    }

    /// Whether answers and diagnostics are for programs.
    pub(crate) fn is_json(&self) -> bool {
        self.settings.format == Format::Json
    }

    /// Connects to the engine.
    pub(crate) async fn connect(&self) -> Result<Connected, Failure> {
        let endpoint = resolve_endpoint(&self.settings.load.variables, &RealHostFiles)?;
        let engine = Docker::connect(&endpoint).await?;
        Ok(Connected { engine: Arc::new(engine), endpoint })
    }

    /// Keeps other runs of this machine away from the project.
    pub(crate) async fn lock(&self, project: &str, at: &Endpoint) -> Result<Lock, Failure> {
        let directory = self.settings.runtime_directory();
        let limit = self.settings.lock_timeout;
        lock::acquire(&directory, &at.describe(), project, limit, self.output).await
    }
}

impl Connected {
    /// Observes states and labels of a project.
    pub(crate) async fn observe(&self, project: &str) -> Result<Observed, Failure> {
        let request = ObserveRequest { project: project.to_owned(), ..ObserveRequest::default() };
        Ok(observe(&*self.engine, &request).await?)
    }

    /// Observes all that a plan needs to know.
    pub(crate) async fn observe_for(&self, desired: &Desired) -> Result<Observed, Failure> {
        let images: BTreeSet<String> =
            desired.services.values().map(|service| service.template.image.clone()).collect();
        let request = ObserveRequest {
            project: desired.project.clone(),
            images: images.into_iter().filter(|image| !image.is_empty()).collect(),
            inspect: Inspect::WhereHashDiffers(desired.hashes()),
        };
        Ok(observe(&*self.engine, &request).await?)
    }
}

/// A failure that says something wrong about the command line.
pub(crate) fn usage(diagnostic: Diagnostic) -> Failure {
    Failure::of(diagnostic, Exit::Usage)
}
