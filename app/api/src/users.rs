//! Users, and the posts that come and go with them.

pub(crate) mod model;
pub(crate) mod repository;
pub(crate) mod routes;
