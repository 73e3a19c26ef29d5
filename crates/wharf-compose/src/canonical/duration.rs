//! Durations as Docker Compose prints them.

use super::tree::Out;
use std::time::Duration;

/// A duration as Go prints it: `1m30s`, `1h0m0s`, `500ms`.
pub(super) fn duration(time: Duration) -> Out {
    Out::Text(duration_text(time))
}

fn duration_text(time: Duration) -> String {
    let nanos = time.as_nanos();
    let fraction = |value: u128, scale: u128, unit: &str| {
        let whole = value / scale;
        let rest = value % scale;
        if rest == 0 {
            return format!("{whole}{unit}");
        }
        let width = scale.ilog10() as usize;
        let digits = format!("{rest:0width$}");
        format!("{whole}.{}{unit}", digits.trim_end_matches('0'))
    };
    match nanos {
        0 => "0s".into(),
        1..1_000 => format!("{nanos}ns"),
        1_000..1_000_000 => fraction(nanos, 1_000, "µs"),
        1_000_000..1_000_000_000 => fraction(nanos, 1_000_000, "ms"),
        _ => {
            let minutes = nanos / 60_000_000_000;
            let seconds = fraction(nanos % 60_000_000_000, 1_000_000_000, "s");
            match (minutes / 60, minutes % 60) {
                (0, 0) => seconds,
                (0, minutes) => format!("{minutes}m{seconds}"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::duration_text;
    use std::time::Duration;

    #[test]
    fn prints_durations_as_go_does() {
        for (millis, expected) in [
            (0, "0s"),
            (500, "500ms"),
            (1_500, "1.5s"),
            (10_000, "10s"),
            (60_000, "1m0s"),
            (90_000, "1m30s"),
            (3_600_000, "1h0m0s"),
            (86_400_000, "24h0m0s"),
        ] {
            assert_eq!(duration_text(Duration::from_millis(millis)), expected);
        }
        assert_eq!(duration_text(Duration::from_nanos(1_500)), "1.5µs");
    }
}
