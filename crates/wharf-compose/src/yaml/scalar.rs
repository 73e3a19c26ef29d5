//! What an unquoted scalar means, exactly as the YAML library of Docker Compose decides it.
//!
//! Source of the rules: go-yaml v3 as compose-go uses it. Text that looks like a date, `.inf` or
//! `.nan` is refused by Docker Compose where text is wanted; here it stays the text that was
//! written, which is what everybody means by it.

use super::Scalar;

/// Meaning of a scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Resolved {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    /// Take the text as it is.
    Text,
}

impl Scalar {
    /// Decides what the scalar means.
    pub(crate) fn resolve(&self) -> Resolved {
        if self.is_plain { resolve_plain(&self.text) } else { Resolved::Text }
    }

    /// The value as text, the way that Docker Compose prints numbers into an environment:
    /// `010` is `8`, `1e3` is `1000`, `1.10` is `1.1`. `None` for null.
    pub(crate) fn to_text(&self) -> Option<String> {
        match self.resolve() {
            Resolved::Null => None,
            Resolved::Bool(value) => Some(value.to_string()),
            Resolved::Integer(value) => Some(value.to_string()),
            Resolved::Float(value) => Some(float_text(value)),
            Resolved::Text => Some(self.text.clone()),
        }
    }
}

fn resolve_plain(text: &str) -> Resolved {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
        "true" | "True" | "TRUE" => return Resolved::Bool(true),
        "false" | "False" | "FALSE" => return Resolved::Bool(false),
        _ => {}
    }
    let starts_like_number =
        text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.'));
    if !starts_like_number {
        return Resolved::Text;
    }
    let digits: String = text.chars().filter(|char| *char != '_').collect();
    if let Some(value) = integer(&digits) {
        return Resolved::Integer(value);
    }
    match float(&digits) {
        Some(value) => Resolved::Float(value),
        None => Resolved::Text,
    }
}

/// Go's `ParseInt` with base 0, for the range of i64 and u64; what is larger becomes a float.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', _, ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.chars().all(|char| char.is_digit(radix)) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let value = if negative { -value } else { value };
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value).then_some(value)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some((whole, fraction)) => {
            is_digits(whole) && is_digits(fraction) && !(whole.is_empty() && fraction.is_empty())
        }
        None => !mantissa.is_empty() && is_digits(mantissa),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && is_digits(digits)
    });
    if mantissa_fits && exponent_fits { text.parse().ok() } else { None }
}

/// Go's `%v` of a float64: the shortest digits, with an exponent below 1e-4 and from 1e6 on.
fn float_text(value: f64) -> String {
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::super::Scalar;

    #[test]
    fn plain_scalars_become_the_text_that_docker_compose_prints() {
        for (written, expected) in [
            ("010", Some("8")),
            ("08", Some("8")),
            ("1_000", Some("1000")),
            ("1e3", Some("1000")),
            ("1.0", Some("1")),
            ("1.10", Some("1.1")),
            ("1000000.0", Some("1e+06")),
            ("0.00001", Some("1e-05")),
            ("0x1F", Some("31")),
            ("0b11", Some("3")),
            ("0o17", Some("15")),
            ("-7", Some("-7")),
            ("+7", Some("7")),
            ("18446744073709551615", Some("18446744073709551615")),
            ("yes", Some("yes")),
            ("off", Some("off")),
            ("True", Some("true")),
            ("22:22", Some("22:22")),
            ("1.2.3", Some("1.2.3")),
            ("-", Some("-")),
            (".", Some(".")),
            ("2001-01-01", Some("2001-01-01")),
            ("~", None),
            ("", None),
            ("null", None),
        ] {
            let scalar = Scalar { text: written.into(), is_plain: true, template: None };
            assert_eq!(scalar.to_text().as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn quoted_scalars_stay_as_they_are() {
        let scalar = Scalar { text: "010".into(), is_plain: false, template: None };
        assert_eq!(scalar.to_text().as_deref(), Some("010"));
    }
}
