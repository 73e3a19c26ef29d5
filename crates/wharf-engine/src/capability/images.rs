//! Images: find, pull, build.

use crate::Result;
use futures_util::stream::BoxStream;
use std::future::Future;
use wharf_plan::ObservedImage;
use wharf_plan::spec::BuildSpec;

/// One line of progress of a pull or a build, already readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageProgress {
    /// The line, without its end.
    pub message: String,
}

/// Images of an engine.
pub trait Images {
    /// Finds an image by reference or id, with what it declares; `None` when it is not there.
    fn find_image(
        &self,
        reference: &str,
    ) -> impl Future<Output = Result<Option<ObservedImage>>> + Send;

    /// Pulls an image. Credentials come from the client's own configuration. The stream ends
    /// after the image is there, or with an error.
    fn pull(
        &self,
        reference: &str,
        platform: Option<&str>,
    ) -> BoxStream<'static, Result<ImageProgress>>;

    /// Builds an image from its context. The stream ends after the image is there and has all
    /// its names, or with an error whose message is the end of the failed step's output.
    fn build(&self, spec: &BuildSpec) -> BoxStream<'static, Result<ImageProgress>>;
}
