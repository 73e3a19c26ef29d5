//! What stands in the way of `up`, all at once and before anything is done.

use super::{assert_up, stack};
use crate::stage::{after_up, desired};
use wharf_compose::model::Protocol;
use wharf_plan::{ForeignContainer, Observed, ObservedPort, UpOptions, labels};

#[test]
fn a_name_and_a_port_of_somebody_else_stand_in_the_way() {
    let mut observed = Observed::default();
    let port = ObservedPort {
        host_ip: "0.0.0.0".to_owned(),
        published: Some(3000),
        target: 80,
        protocol: Protocol::Tcp,
    };
    observed.foreign = vec![
        ForeignContainer { name: "shop-redis-1".to_owned(), project: None, ports: Vec::new() },
        ForeignContainer {
            name: "blog-web-1".to_owned(),
            project: Some("blog".to_owned()),
            ports: vec![port],
        },
    ];
    assert_up("name-and-port-taken", &stack(), &observed, &UpOptions::default());
}

#[test]
fn a_port_of_an_orphan_stands_in_the_way_unless_it_is_removed() {
    let observed = after_up(&desired("services: { old: { image: web, ports: ['8080:80'] } }"));
    let wanted = desired("services: { web: { image: web, ports: ['8080:80'] } }");
    assert_up("port-of-an-orphan", &wanted, &observed, &UpOptions::default());
    let options = UpOptions { remove_orphans: true, ..UpOptions::default() };
    assert_up("port-of-a-removed-orphan", &wanted, &observed, &options);
}

#[test]
fn external_resources_must_be_there() {
    let text = "
services: { web: { image: web, networks: [edge], volumes: [media:/media] } }
networks: { edge: { external: true, name: proxy } }
volumes: { media: { external: true } }
";
    let desired = desired(text);
    assert_up("external-missing", &desired, &Observed::default(), &UpOptions::default());
    let mut observed = after_up(&desired);
    observed.containers.clear();
    observed.networks.get_mut("proxy").unwrap().labels.clear();
    observed.volumes.get_mut("media").unwrap().labels.clear();
    assert_up("external-there", &desired, &observed, &UpOptions::default());
}

#[test]
fn a_resource_of_another_owner_is_used_with_a_warning() {
    let desired = stack();
    let mut observed = after_up(&desired);
    observed.volumes.get_mut("shop_data").unwrap().labels.clear();
    let labels = &mut observed.networks.get_mut("shop_backend").unwrap().labels;
    labels.insert(labels::PROJECT.to_owned(), "blog".to_owned());
    assert_up("foreign-resources", &desired, &observed, &UpOptions::default());
}

#[test]
fn a_network_that_is_described_otherwise_stays_with_a_warning() {
    let observed = after_up(&desired("services: { web: { image: web } }"));
    let wanted =
        desired("{ services: { web: { image: web } }, networks: { default: { internal: true } } }");
    assert_up("network-described-otherwise", &wanted, &observed, &UpOptions::default());
}

#[test]
fn replicas_cannot_share_a_port_or_a_name() {
    let desired = desired(
        "
services:
  web: { image: web, ports: ['8080:80'] }
  named: { image: web, container_name: single }
",
    );
    let options = UpOptions {
        scale: [("web".to_owned(), 2), ("named".to_owned(), 2)].into(),
        ..UpOptions::default()
    };
    assert_up("scaled-port-and-name", &desired, &after_up(&desired), &options);
}

#[test]
fn a_misspelt_service_is_answered_with_the_right_one() {
    let options = UpOptions { services: vec!["postgre".to_owned()], ..UpOptions::default() };
    assert_up("unknown-service", &stack(), &Observed::default(), &options);
}

#[test]
fn an_image_that_must_not_be_pulled_must_be_there() {
    let desired = desired("services: { web: { image: web, pull_policy: never } }");
    assert_up("image-never-pulled", &desired, &Observed::default(), &UpOptions::default());
}
