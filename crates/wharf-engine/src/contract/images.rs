//! Images.

use super::Fixture;
use super::fixture::assert_fails;
use crate::ErrorKind;
use crate::capability::Engine;
use futures_util::TryStreamExt as _;

/// By name and by id.
pub async fn finds_an_image_with_what_it_declares(engine: &impl Engine, fixture: &Fixture) {
    let image = engine.find_image(&fixture.image).await.unwrap().unwrap();
    assert!(image.id.starts_with("sha256:"), "{}", image.id);
    let config = image.config.clone().unwrap();
    assert!(config.env.contains_key("PATH"), "{config:?}");
    assert_eq!(engine.find_image(&image.id).await.unwrap(), Some(image));
}

/// Absence is no error.
pub async fn finds_no_image_that_is_not_there(engine: &impl Engine, fixture: &Fixture) {
    let reference = format!("{}-image:none", fixture.prefix);
    assert_eq!(engine.find_image(&reference).await.unwrap(), None);
}

/// `.invalid` never resolves, so this needs no network.
pub async fn says_that_an_image_cannot_be_pulled(engine: &impl Engine, _: &Fixture) {
    let reference = "registry.invalid/none:1";
    let pulled: crate::Result<Vec<_>> = engine.pull(reference, None).try_collect().await;
    assert_fails(pulled, ErrorKind::ImageAbsent);
}
