//! `healthcheck`.

use super::{Decoder, keys};
use crate::model::{HealthTest, Healthcheck};
use crate::yaml::{Node, Value};
use wharf_diag::{Spanned, codes};

impl Decoder<'_> {
    /// `healthcheck` of a service.
    pub(super) fn healthcheck(&mut self, node: &Node) -> Option<Spanned<Healthcheck>> {
        let map = self.section(node, "healthcheck", &keys::HEALTH)?;
        let mut health = Healthcheck::default();
        let mut disabled = None;
        for (key, entry) in map {
            let node = &entry.node;
            match key.as_str() {
                _ if node.is_null() => {}
                "test" => health.test = self.health_test(node),
                "disable" => disabled = self.boolean(key, node).filter(|value| value.value),
                "interval" => health.interval = self.duration(key, node),
                "timeout" => health.timeout = self.duration(key, node),
                "start_period" => health.start_period = self.duration(key, node),
                "start_interval" => health.start_interval = self.duration(key, node),
                "retries" => health.retries = self.integer(key, node),
                _ => {}
            }
        }
        if let Some(disabled) = disabled {
            health.test = Some(disabled.map(|_| HealthTest::Disabled));
        }
        Some(Spanned::at(health, node.span))
    }

    fn health_test(&mut self, node: &Node) -> Option<Spanned<HealthTest>> {
        if !matches!(node.value, Value::List(_)) {
            let text = self.text("test", node)?;
            return Some(text.map(HealthTest::Shell));
        }
        let words: Vec<String> =
            self.texts_or_numbers("test", node).into_iter().map(|word| word.value).collect();
        let test = match words.split_first() {
            None => return None,
            Some((first, _)) if first == "NONE" => HealthTest::Disabled,
            Some((first, rest)) if first == "CMD" && !rest.is_empty() => {
                HealthTest::Exec(rest.to_vec())
            }
            Some((first, [command])) if first == "CMD-SHELL" => HealthTest::Shell(command.clone()),
            Some((first, rest)) if first == "CMD-SHELL" && !rest.is_empty() => {
                // The engine passes the first word to the shell and the others as its arguments.
                HealthTest::Shell(rest.join(" "))
            }
            Some(_) => {
                self.invalid(
                    codes::compose::VALUE,
                    node,
                    "the list of `test` does not begin with `CMD`, `CMD-SHELL` or `NONE`",
                    "the first item says how the rest is run",
                    "write `[\"CMD\", \"curl\", \"-f\", \"localhost\"]`, or a text: `curl -f localhost`",
                );
                return None;
            }
        };
        Some(Spanned::at(test, node.span))
    }
}
