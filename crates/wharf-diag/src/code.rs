//! Stable names of diagnostics.

use serde::{Serialize, Serializer};

/// Stable name of a kind of problem, `area::kebab-case`; never reused for another meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

/// What `wharf explain CODE` says.
#[derive(Debug, Clone, Copy)]
pub struct CodeInfo {
    /// The code that this entry explains.
    pub code: Code,
    /// One line.
    pub title: &'static str,
    /// Why the rule exists, an example, and how to mend it. Plain text in paragraphs.
    pub explanation: &'static str,
}
