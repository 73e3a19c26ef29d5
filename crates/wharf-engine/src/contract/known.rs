//! Breaks of the contract that are known of an engine and cannot be mended here.

use std::any::Any;
use std::thread::Result;

/// How an engine is known to break a case.
#[derive(Debug, Clone, Copy)]
pub struct KnownDifference {
    /// Why it does.
    pub reason: &'static str,
    /// The paragraphs of the failure's message: one text in each, each in one.
    pub says: &'static [&'static str],
    /// Whether a success is one too, because it depends on chance.
    pub by_chance: bool,
}

impl KnownDifference {
    /// Takes the known failure for a success; a success and any other failure are failures, so
    /// that a list of differences stays true.
    pub(super) fn judge(&self, outcome: Result<()>) -> Result<()> {
        match outcome {
            Err(panic) if self.explains(message(&*panic)) => Ok(()),
            Err(panic) => Err(panic),
            Ok(()) if self.by_chance => Ok(()),
            Ok(()) => Err(Box::new(format!(
                "this difference is gone, take it off the list: {}",
                self.reason
            ))),
        }
    }

    fn explains(&self, message: &str) -> bool {
        let paragraphs: Vec<_> = message.split("\n\n").collect();
        let is_known = |paragraph: &&str| self.says.iter().any(|text| paragraph.contains(text));
        let is_said = |text: &&str| paragraphs.iter().any(|paragraph| paragraph.contains(text));
        paragraphs.iter().all(is_known) && self.says.iter().all(is_said)
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref().copied()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: KnownDifference =
        KnownDifference { reason: "old", says: &["a: x", "b: y"], by_chance: false };

    fn judge(outcome: std::result::Result<(), &'static str>) -> bool {
        KNOWN.judge(outcome.map_err(|text| Box::new(text) as Box<dyn Any + Send>)).is_ok()
    }

    #[test]
    fn a_success_by_chance_is_one() {
        assert!(KnownDifference { by_chance: true, ..KNOWN }.judge(Ok(())).is_ok());
    }

    #[test]
    fn the_known_failure_is_a_success() {
        assert!(judge(Err("a: x and more\n\nb: y")));
    }

    #[test]
    fn a_success_and_any_other_failure_are_failures() {
        for message in ["a: x", "a: x\n\nb: y\n\nc: z", "a: x\n\nb: z", ""] {
            assert!(!judge(Err(message)), "{message}");
        }
        assert!(!judge(Ok(())));
    }
}
