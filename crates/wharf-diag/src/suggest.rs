//! Near misses.

/// Finds the candidate that `word` was most likely meant to be.
///
/// Distance counts insertions, deletions, replacements and swaps of neighbours; a third of the
/// word's length may differ, at least one character. The first of equally near candidates wins.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    let folded = word.to_lowercase().replace('-', "_");
    candidates
        .into_iter()
        .map(|candidate| {
            (distance(&folded, &candidate.to_lowercase().replace('-', "_")), candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(a != b);
            let mut best = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn finds_near_keys_and_no_far_ones() {
        let keys = ["depends_on", "ports", "expose", "image"];
        for (word, expected) in [
            ("depend_on", Some("depends_on")),
            ("depends-on", Some("depends_on")),
            ("prots", Some("ports")),
            ("Image", Some("image")),
            ("imgae", Some("image")),
            ("volumes", None),
            ("x", None),
        ] {
            assert_eq!(did_you_mean(word, keys), expected, "{word}");
        }
    }
}
