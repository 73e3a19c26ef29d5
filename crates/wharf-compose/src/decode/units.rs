//! Durations and amounts of memory.

use super::Decoder;
use crate::yaml::{Node, Resolved, Scalar};
use std::time::Duration;
use wharf_diag::{Spanned, codes};

/// Parses a duration: Go's form (`1m30s`, `1.5h`, `500ms`) and days and weeks (`1d`, `2w`).
///
/// `None` for anything else, also for a number without a unit other than 0.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    let mut total = 0.0_f64;
    let mut nanos = 0_u128;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let number_end = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
        let (number, behind) = rest.split_at(number_end);
        let unit_end =
            behind.find(|char: char| char.is_ascii_digit() || char == '.').unwrap_or(behind.len());
        let (unit, tail) = behind.split_at(unit_end);
        let scale = unit_nanos(unit)?;
        match number.parse::<u128>() {
            Ok(whole) => nanos = nanos.checked_add(whole.checked_mul(scale)?)?,
            #[expect(clippy::cast_precision_loss, reason = "units are far below 2^53 ns")]
            Err(_) => total += number.parse::<f64>().ok()? * scale as f64,
        }
        rest = tail;
    }
    let whole = u64::try_from(nanos).ok()?;
    Duration::try_from_secs_f64(total / 1e9).ok()?.checked_add(Duration::from_nanos(whole))
}

fn unit_nanos(unit: &str) -> Option<u128> {
    const SECOND: u128 = 1_000_000_000;
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3_600 * SECOND,
        "d" => 86_400 * SECOND,
        "w" => 604_800 * SECOND,
        _ => return None,
    })
}

/// Parses an amount of memory into bytes: `512`, `512b`, `64k`, `1.5g`, `2GiB`; steps of 1024.
pub(super) fn parse_size(text: &str) -> Option<u64> {
    let number_end =
        text.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(number_end);
    let unit = unit.strip_prefix(' ').unwrap_or(unit).to_ascii_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let unit = unit.strip_suffix('i').filter(|unit| !unit.is_empty()).unwrap_or(unit);
    let power = match unit {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        _ => return None,
    };
    let scale = 1024_u64.pow(power);
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(scale);
    }
    let value: f64 = number.parse().ok()?;
    #[expect(clippy::cast_precision_loss, reason = "a fraction of a unit is an approximation")]
    let bytes = value * scale as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the sign and the range are checked first"
    )]
    (0.0..1.8e19).contains(&bytes).then_some(bytes as u64)
}

impl Decoder<'_> {
    /// A duration.
    pub(super) fn duration(&mut self, what: &str, node: &Node) -> Option<Spanned<Duration>> {
        let scalar = node.as_scalar();
        if let Some(value) = scalar.and_then(|scalar| parse_duration(&scalar.text)) {
            return Some(Spanned::at(value, node.span));
        }
        let Some(scalar) = scalar.filter(|_| !node.is_null()) else {
            self.wrong_type(what, node, "a duration such as 10s");
            return None;
        };
        let shown = scalar.shown();
        let is_number = matches!(scalar.resolve(), Resolved::Integer(_) | Resolved::Float(_))
            || scalar.text.parse::<f64>().is_ok();
        let (label, help) = if is_number {
            ("the unit is missing", format!("write `{shown}s` for seconds"))
        } else {
            (
                "expected a number with a unit, such as 10s",
                "units are ms, s, m, h, d and w: `1m30s`".to_owned(),
            )
        };
        self.invalid(
            codes::compose::DURATION,
            node,
            format!("`{what}` is not a duration: `{shown}`"),
            label,
            help,
        );
        None
    }

    /// An amount of memory, in bytes.
    pub(super) fn size(&mut self, what: &str, node: &Node) -> Option<Spanned<u64>> {
        let scalar = node.as_scalar();
        let text = scalar.and_then(Scalar::to_text);
        if let Some(value) = text.as_deref().and_then(parse_size) {
            return Some(Spanned::at(value, node.span));
        }
        let Some(scalar) = scalar.filter(|_| !node.is_null()) else {
            self.wrong_type(what, node, "an amount such as 512m");
            return None;
        };
        self.invalid(
            codes::compose::SIZE,
            node,
            format!("`{what}` is not an amount of memory: `{}`", scalar.shown()),
            "expected a number with a unit",
            "units are b, k, m and g, in steps of 1024: `512m`, `1.5g`",
        );
        None
    }

    /// An amount of memory, or -1 for no limit.
    pub(super) fn size_or_unlimited(&mut self, what: &str, node: &Node) -> Option<Spanned<i64>> {
        if node.as_scalar().is_some_and(|scalar| scalar.text == "-1") {
            return Some(Spanned::at(-1, node.span));
        }
        let size = self.size(what, node)?;
        Some(size.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)))
    }

    /// CPUs as a decimal number, in billionths.
    pub(super) fn cpus(&mut self, what: &str, node: &Node) -> Option<Spanned<i64>> {
        let scalar = node.as_scalar();
        let value = scalar.and_then(|scalar| scalar.text.trim().parse::<f64>().ok());
        match value.filter(|value| value.is_finite() && *value >= 0.0 && *value < 1e6) {
            Some(value) => {
                #[expect(clippy::cast_possible_truncation, reason = "the range is checked above")]
                let nano = (value * 1e9).round() as i64;
                Some(Spanned::at(nano, node.span))
            }
            None => {
                self.wrong_type(what, node, "a number of CPUs such as 0.5");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{parse_duration, parse_size};
    use std::time::Duration;

    #[test]
    fn reads_durations_as_go_does_and_days_and_weeks() {
        for (text, expected) in [
            ("10s", Some(10_000)),
            ("1m30s", Some(90_000)),
            ("1h", Some(3_600_000)),
            ("500ms", Some(500)),
            ("1.5s", Some(1_500)),
            ("1d", Some(86_400_000)),
            ("1w", Some(604_800_000)),
            ("0", Some(0)),
            ("0s", Some(0)),
            ("+1s", Some(1_000)),
            ("10", None),
            ("s", None),
            ("", None),
            ("10 s", None),
            ("10x", None),
            ("-1s", None),
            ("1..5s", None),
            ("99999999999999999999w", None),
        ] {
            assert_eq!(parse_duration(text), expected.map(Duration::from_millis), "{text:?}");
        }
    }

    #[test]
    fn reads_sizes_in_steps_of_1024() {
        for (text, expected) in [
            ("1024", Some(1024)),
            ("1b", Some(1)),
            ("64k", Some(65_536)),
            ("64KB", Some(65_536)),
            ("1.5g", Some(1_610_612_736)),
            ("2GiB", Some(2_147_483_648)),
            ("1 m", Some(1_048_576)),
            ("1x", None),
            ("g", None),
            ("-1", None),
            ("", None),
            ("1,5g", None),
            ("99999999999999t", None),
        ] {
            assert_eq!(parse_size(text), expected, "{text:?}");
        }
    }
}
