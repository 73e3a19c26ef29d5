//! Environment files as they may be shown: without their values.

use crate::interpolate::leading_name;

/// The text with every character of a value replaced by a star; names, comments and the
/// structure stay. Lines without a name are masked as a whole: they may be the middle of a key.
pub(super) fn masked(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        if trimmed.starts_with('#') {
            output.push_str(line);
            continue;
        }
        let unexported = trimmed.strip_prefix("export ").unwrap_or(trimmed);
        let name = leading_name(unexported);
        let behind = unexported.get(name.len()..).unwrap_or("");
        let keeps_name = !name.is_empty() && behind.trim_start().starts_with(['=', ':']);
        let kept = if keeps_name { line.len() - behind.len() + 1 } else { 0 };
        let kept = if line.is_char_boundary(kept) { kept } else { 0 };
        output.push_str(&line[..kept]);
        for char in line[kept..].chars() {
            // One star per byte keeps every offset valid.
            if char.is_whitespace() || matches!(char, '"' | '\'' | '=' | ':') {
                output.push(char);
            } else {
                output.extend(std::iter::repeat_n('*', char.len_utf8()));
            }
        }
    }
    output
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn values_are_masked_and_offsets_kept() {
        let text = "# c\nexport KEY=s3cr\u{e9}t x\nMIIE/QIBADANBg==\n";
        let shown = masked(text);
        assert_eq!(shown, "# c\nexport KEY=******* *\n**************==\n");
        assert_eq!(shown.len(), text.len());
    }
}
