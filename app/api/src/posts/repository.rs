//! Posts in PostgreSQL.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::model::{DraftPost, Post, PostChange};
use crate::http::pagination::Page;

/// Creates a post; a foreign key error when there is no such author.
pub(crate) async fn create(
    pool: &PgPool,
    author: Uuid,
    draft: &DraftPost,
) -> Result<Post, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    insert(&mut connection, author, draft).await
}

/// Creates several posts of one author; the caller brings the transaction.
pub(crate) async fn insert_all(
    connection: &mut PgConnection,
    author: Uuid,
    drafts: &[DraftPost],
) -> Result<Vec<Post>, sqlx::Error> {
    let mut posts = Vec::with_capacity(drafts.len());
    for draft in drafts {
        posts.push(insert(connection, author, draft).await?);
    }
    Ok(posts)
}

async fn insert(
    connection: &mut PgConnection,
    author: Uuid,
    draft: &DraftPost,
) -> Result<Post, sqlx::Error> {
    sqlx::query_as(
        "INSERT INTO posts (id, author_id, title, content, published) VALUES ($1, $2, $3, $4, $5)
         RETURNING id, author_id, title, content, published, created_at, updated_at",
    )
    .bind(Uuid::now_v7())
    .bind(author)
    .bind(&draft.title)
    .bind(&draft.content)
    .bind(draft.published)
    .fetch_one(connection)
    .await
}

/// One page of all posts, newest first, and how many there are in all.
pub(crate) async fn list(pool: &PgPool, page: Page) -> Result<(Vec<Post>, i64), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let total =
        sqlx::query_scalar("SELECT count(*) FROM posts").fetch_one(&mut *connection).await?;
    let posts = sqlx::query_as(
        "SELECT id, author_id, title, content, published, created_at, updated_at FROM posts
         ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2",
    )
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(&mut *connection)
    .await?;
    Ok((posts, total))
}

/// The same for one author. A statement of its own: an optional condition would cost the index.
pub(crate) async fn list_by_author(
    pool: &PgPool,
    author: Uuid,
    page: Page,
) -> Result<(Vec<Post>, i64), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let total = sqlx::query_scalar("SELECT count(*) FROM posts WHERE author_id = $1")
        .bind(author)
        .fetch_one(&mut *connection)
        .await?;
    let posts = sqlx::query_as(
        "SELECT id, author_id, title, content, published, created_at, updated_at FROM posts
         WHERE author_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3",
    )
    .bind(author)
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(&mut *connection)
    .await?;
    Ok((posts, total))
}

/// One post.
pub(crate) async fn find(pool: &PgPool, id: Uuid) -> Result<Option<Post>, sqlx::Error> {
    sqlx::query_as("SELECT id, author_id, title, content, published, created_at, updated_at FROM posts WHERE id = $1")
        .bind(id)
        .fetch_optional(pool)
        .await
}

/// Changes what is given; `None` when there is no such post.
pub(crate) async fn update(
    pool: &PgPool,
    id: Uuid,
    change: &PostChange,
) -> Result<Option<Post>, sqlx::Error> {
    sqlx::query_as(
        "UPDATE posts SET title = coalesce($2, title), content = coalesce($3, content),
                published = coalesce($4, published), updated_at = now()
         WHERE id = $1
         RETURNING id, author_id, title, content, published, created_at, updated_at",
    )
    .bind(id)
    .bind(&change.title)
    .bind(&change.content)
    .bind(change.published)
    .fetch_optional(pool)
    .await
}

/// Deletes a post; false when there is no such post.
pub(crate) async fn delete(pool: &PgPool, id: Uuid) -> Result<bool, sqlx::Error> {
    let outcome = sqlx::query("DELETE FROM posts WHERE id = $1").bind(id).execute(pool).await?;
    Ok(outcome.rows_affected() == 1)
}
