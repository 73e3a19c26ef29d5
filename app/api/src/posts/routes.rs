//! `/posts` over HTTP.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use uuid::Uuid;

use super::model::{NewPost, Post, PostChange};
use super::repository;
use crate::app::App;
use crate::cache::Namespace;
use crate::http::cached::cached;
use crate::http::envelope::Envelope;
use crate::http::error::ApiError;
use crate::http::id::Id;
use crate::http::json::Json;
use crate::http::pagination::Page;
use crate::http::query::Query;

const KIND: &str = "post";

/// The routes of this module.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/posts", get(list).post(create))
        .route("/posts/{id}", get(show).patch(update).delete(remove))
}

async fn create(State(app): State<App>, Json(body): Json<NewPost>) -> Result<Response, ApiError> {
    let (author, draft) = body.check()?;
    let written = app.cache.change(&[Namespace::Posts]);
    let post = repository::create(app.database.pool(), author, &draft).await?;
    written.settle().await;
    let location = format!("/posts/{}", post.id);
    Ok(Envelope::of(post).created(&location))
}

async fn list(State(app): State<App>, mut query: Query) -> Result<Response, ApiError> {
    let page = Page::take(&mut query);
    let author = query.take("author_id", "the id of a user", |text| Uuid::try_parse(text).ok());
    query.finish()?;
    let name = match author {
        Some(author) => format!("posts:{author}:{}", page.key()),
        None => format!("posts:{}", page.key()),
    };
    cached(&app.cache, &[Namespace::Posts], &name, async {
        let pool = app.database.pool();
        let (posts, total) = match author {
            Some(author) => repository::list_by_author(pool, author, page).await?,
            None => repository::list(pool, page).await?,
        };
        Envelope::with_meta(posts, page.meta(total)).to_json()
    })
    .await
}

async fn show(State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    cached(&app.cache, &[Namespace::Posts], &format!("post:{id}"), async {
        let post =
            repository::find(app.database.pool(), id).await?.ok_or(ApiError::NotFound(KIND))?;
        Envelope::of(post).to_json()
    })
    .await
}

async fn update(
    State(app): State<App>,
    Id(id): Id,
    Json(change): Json<PostChange>,
) -> Result<Envelope<Post>, ApiError> {
    let change = change.check()?;
    let written = app.cache.change(&[Namespace::Posts]);
    let post = repository::update(app.database.pool(), id, &change).await?;
    written.settle().await;
    post.map(Envelope::of).ok_or(ApiError::NotFound(KIND))
}

async fn remove(State(app): State<App>, Id(id): Id) -> Result<Response, ApiError> {
    let written = app.cache.change(&[Namespace::Posts]);
    let deleted = repository::delete(app.database.pool(), id).await?;
    written.settle().await;
    if deleted { Ok(StatusCode::NO_CONTENT.into_response()) } else { Err(ApiError::NotFound(KIND)) }
}
