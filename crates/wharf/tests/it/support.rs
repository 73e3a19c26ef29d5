//! Projects that several modules start.

use wharf_testkit::engine;
use wharf_testkit::workbench::{Workbench, free_port};

/// The program under test.
pub(crate) const WHARF: &str = env!("CARGO_BIN_EXE_wharf");
/// Password of PostgreSQL in [`pg_redis`]; must not show up anywhere.
pub(crate) const POSTGRES_PASSWORD: &str = "canary-postgres-7d1f";
/// Password of Redis in [`pg_redis`]; must not show up anywhere.
pub(crate) const REDIS_PASSWORD: &str = "canary-redis-90ab";

/// A project of one compose file.
pub(crate) fn project(compose: &str) -> Workbench {
    Workbench::with_compose(WHARF, compose)
}

/// A copy of `stacks/pg-redis` on the stand-in images and free ports.
pub(crate) struct PgRedis {
    pub(crate) bench: Workbench,
    /// Where the API is published.
    pub(crate) api: u16,
    /// Where PostgreSQL is published in development.
    pub(crate) postgres: u16,
}

/// Makes a copy of `stacks/pg-redis` for an environment.
pub(crate) fn pg_redis(environment: &str) -> PgRedis {
    let mut bench = Workbench::new(WHARF);
    let stack = engine::repository().join("stacks/pg-redis");
    let api = engine::repository().join("app/api");
    for name in ["compose.yaml", "compose.development.yaml", "compose.production.yaml"] {
        let text = fs_err::read_to_string(stack.join(name)).unwrap();
        bench.write(name, &text.replace("../../app/api", &api.to_string_lossy()));
    }
    let (api, postgres) = (free_port(), free_port());
    bench.write(&format!(".env.{environment}"), &variables(api, postgres));
    bench.set("WHARF_ENV", environment);
    PgRedis { bench, api, postgres }
}

fn variables(api: u16, postgres: u16) -> String {
    let image = |name: &str, of: &str| format!("{name}={}", engine::image(of));
    let lines = [
        image("POSTGRES_IMAGE", "postgres"),
        image("REDIS_IMAGE", "redis"),
        image("RUST_IMAGE", "rust"),
        format!("API_IMAGE={}", engine::api_image()),
        format!("POSTGRES_PASSWORD={POSTGRES_PASSWORD}"),
        format!("REDIS_PASSWORD={REDIS_PASSWORD}"),
        format!("API_PORT={api}"),
        format!("POSTGRES_PORT={postgres}"),
    ];
    lines.join("\n") + "\n"
}
