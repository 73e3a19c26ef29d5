//! The registry: every code that wharf can say, in one place, with its explanation.

use crate::CodeInfo;

/// Declares codes and the table that explains them.
macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal, $explanation:literal;)*) => {
        $(#[doc = $title] pub const $name: crate::Code = crate::Code($code);)*

        pub(crate) const CODES: &[crate::CodeInfo] = &[
            $(crate::CodeInfo { code: $name, title: $title, explanation: $explanation },)*
        ];
    };
}

pub mod compose;
pub mod engine;
pub mod environment;
pub mod plan;

/// Every code, grouped by area.
pub const REGISTRY: &[&[CodeInfo]] =
    &[compose::CODES, environment::CODES, plan::CODES, engine::CODES];

/// Finds the explanation of a code by its name.
pub fn find_code(name: &str) -> Option<&'static CodeInfo> {
    REGISTRY.iter().flat_map(|area| area.iter()).find(|info| info.code.0 == name)
}

#[cfg(test)]
mod tests {
    use super::REGISTRY;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_unique_well_formed_and_explained() {
        let mut seen = BTreeSet::new();
        for info in REGISTRY.iter().flat_map(|area| area.iter()) {
            assert!(seen.insert(info.code), "{} is declared twice", info.code);
            let (area, rest) = info.code.0.split_once("::").expect("area::name");
            let is_kebab = |part: &str| part.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            assert!(is_kebab(area) && is_kebab(rest), "{} is not area::kebab-case", info.code);
            assert!(info.explanation.len() > 80, "{} needs a real explanation", info.code);
        }
    }
}
