//! Posts; each has one author.

pub(crate) mod model;
pub(crate) mod repository;
pub(crate) mod routes;
