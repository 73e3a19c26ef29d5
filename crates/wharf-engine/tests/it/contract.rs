//! The in-memory engine passes the suite that every adapter passes.

use wharf_engine::contract::Fixture;
use wharf_engine::fake::FakeEngine;
use wharf_plan::ImageConfig;

async fn fake(case: &'static str) -> (FakeEngine, Fixture) {
    let engine = FakeEngine::new();
    let config = ImageConfig {
        env: [("PATH".to_owned(), "/bin".to_owned())].into(),
        command: vec!["sh".to_owned()],
        ..ImageConfig::default()
    };
    engine.add_image("busybox:latest", config);
    tokio::time::pause();
    let fixture = Fixture { image: "busybox:latest".into(), prefix: case.into(), known: None };
    std::future::ready((engine, fixture)).await
}

wharf_engine::contract_tests!(super::fake);
