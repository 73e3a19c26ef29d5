//! Images: find, pull, build.

use super::FakeEngine;
use super::calls::Verdict;
use super::state::State;
use crate::capability::{ImageProgress, Images};
use crate::{EngineError, ErrorKind, Result};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use wharf_plan::spec::BuildSpec;
use wharf_plan::{ImageConfig, ObservedImage};

impl Images for FakeEngine {
    async fn find_image(&self, reference: &str) -> Result<Option<ObservedImage>> {
        self.look("find_image", reference, |state| {
            let found = state.image_id(reference).and_then(|id| {
                let config = state.images.get(&id).cloned();
                config.map(|config| ObservedImage { id, config: Some(config) })
            });
            Ok(found)
        })
        .await
    }

    fn pull(
        &self,
        reference: &str,
        _platform: Option<&str>,
    ) -> BoxStream<'static, Result<ImageProgress>> {
        let (engine, reference) = (self.clone(), reference.to_owned());
        let effect = {
            let reference = reference.clone();
            move |state: &mut State| {
                let config = state.registry.get(&reference).cloned().ok_or_else(|| {
                    let message = format!("manifest for {reference} not found");
                    let operation = format!("pull `{reference}`");
                    EngineError::new(ErrorKind::ImageAbsent, operation, message)
                })?;
                state.add_image(&reference, config);
                Ok(())
            }
        };
        progress(engine, "pull", reference, effect)
    }

    fn build(&self, spec: &BuildSpec) -> BoxStream<'static, Result<ImageProgress>> {
        let (engine, spec) = (self.clone(), spec.clone());
        let reference = spec.image.clone();
        let effect = move |state: &mut State| {
            let recipe = state.recipes.get(&spec.image).cloned();
            let mut config =
                recipe.unwrap_or_else(|| Ok(ImageConfig::default())).map_err(|text| {
                    let operation = format!("build `{}`", spec.image);
                    EngineError::new(ErrorKind::BuildFailed, operation, text)
                })?;
            config.labels.extend(spec.labels.clone());
            state.add_image(&spec.image, config.clone());
            for tag in &spec.build.tags {
                let id = state.references.get(&spec.image).cloned().unwrap_or_default();
                state.references.insert(tag.value.clone(), id);
            }
            Ok(())
        };
        progress(engine, "build", reference, effect)
    }
}

/// One line of progress, the effect, and one more line.
fn progress(
    engine: FakeEngine,
    name: &'static str,
    reference: String,
    effect: impl FnOnce(&mut State) -> Result<()> + Send + 'static,
) -> BoxStream<'static, Result<ImageProgress>> {
    let line = |text: &str| Ok(ImageProgress { message: text.to_owned() });
    let work = async move {
        let (_permit, verdict) = engine.begin_change(name, reference).await?;
        let result = {
            let mut state = engine.state();
            state.tick();
            effect(&mut state)
        };
        engine.announce();
        match verdict {
            Verdict::Lost(error) => Err(error),
            Verdict::Fine => result.map(|()| ImageProgress { message: "done".to_owned() }),
        }
    };
    stream::iter([line("1/1 layers")]).chain(stream::once(work)).boxed()
}

impl State {
    /// Id of a local image by reference or id.
    pub(super) fn image_id(&self, reference: &str) -> Option<String> {
        let id = self.references.get(reference).cloned();
        id.or_else(|| self.images.contains_key(reference).then(|| reference.to_owned()))
    }

    /// Adds a local image; one that is equal to the present one keeps its id.
    pub(super) fn add_image(&mut self, reference: &str, config: ImageConfig) -> String {
        if let Some(id) = self.references.get(reference)
            && self.images.get(id) == Some(&config)
        {
            return id.clone();
        }
        let id = format!("sha256:{}", self.next_id());
        self.references.insert(reference.to_owned(), id.clone());
        self.images.insert(id.clone(), config);
        id
    }
}
