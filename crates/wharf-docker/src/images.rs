//! Images over the API.

mod build;
mod context;
mod credentials;
mod dockerignore;
mod json_lines;
mod output;
mod progress;
mod pull;
mod reference;

pub(crate) use json_lines::JsonLines;

use crate::Docker;
use crate::client::{Call, LONG};
use crate::query::encode_path;
use bollard_stubs::models::ImageConfig as ApiConfig;
use futures_util::stream::BoxStream;
use wharf_engine::Result;
use wharf_engine::capability::{ImageProgress, Images};
use wharf_plan::spec::BuildSpec;
use wharf_plan::{ImageConfig, ObservedImage};

impl Docker {
    /// Removes a name of an image, and the image with its last name; well done when it is gone.
    ///
    /// # Errors
    /// `Conflict` while a container uses it.
    pub async fn remove_image(&self, reference: &str) -> Result<()> {
        let call = Call::delete(format!("/images/{}", encode_path(reference))).limit(LONG);
        match self.client.unit(call).await {
            Err(failure) if failure.status() == Some(404) => Ok(()),
            outcome => {
                outcome.map(drop).map_err(|it| it.during(format!("remove image `{reference}`")))
            }
        }
    }
}

impl Images for Docker {
    async fn find_image(&self, reference: &str) -> Result<Option<ObservedImage>> {
        match self.inspect_image(reference).await {
            Ok(image) => Ok(Some(ObservedImage {
                id: image.id.unwrap_or_default(),
                config: Some(config(image.config)),
            })),
            Err(failure) if failure.status() == Some(404) => Ok(None),
            Err(failure) => Err(failure.during(format!("look for image `{reference}`"))),
        }
    }

    fn pull(
        &self,
        reference: &str,
        platform: Option<&str>,
    ) -> BoxStream<'static, Result<ImageProgress>> {
        pull::stream(self.clone(), reference.to_owned(), platform.map(str::to_owned))
    }

    fn build(&self, spec: &BuildSpec) -> BoxStream<'static, Result<ImageProgress>> {
        build::stream(self.clone(), spec.clone())
    }
}

/// Reads what an image declares.
pub(crate) fn config(config: Option<ApiConfig>) -> ImageConfig {
    let config = config.unwrap_or_default();
    let variable = |line: String| match line.split_once('=') {
        Some((name, value)) => (name.to_owned(), value.to_owned()),
        None => (line, String::new()),
    };
    let sorted = |list: Option<Vec<String>>| {
        let mut list = list.unwrap_or_default();
        list.sort();
        list
    };
    ImageConfig {
        env: config.env.unwrap_or_default().into_iter().map(variable).collect(),
        entrypoint: config.entrypoint.unwrap_or_default(),
        command: config.cmd.unwrap_or_default(),
        labels: config.labels.unwrap_or_default().into_iter().collect(),
        exposed: sorted(config.exposed_ports),
        volumes: sorted(config.volumes),
        user: config.user.unwrap_or_default(),
        working_dir: config.working_dir.unwrap_or_default(),
        stop_signal: config.stop_signal.filter(|signal| !signal.is_empty()),
        healthcheck: config.healthcheck.and_then(crate::containers::health),
    }
}
