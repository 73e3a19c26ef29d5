//! Engine time: a fixed epoch plus tokio's clock plus a little for every change.

use tokio::time::Instant;

/// Unix milliseconds at which the engine was made (2026-01-01T00:00:00Z).
const EPOCH: i64 = 1_767_225_600_000;
/// What every change adds, in milliseconds, so that some things are made within one second of
/// each other and others are not.
const TICK: i64 = 400;

#[derive(Debug, Default)]
pub(super) struct Clock {
    /// Set at the first use, which is inside the runtime whose clock may be paused.
    began: Option<Instant>,
    ticks: i64,
}

impl Clock {
    pub(super) fn tick(&mut self) {
        self.ticks += 1;
    }

    /// Unix milliseconds at `now`.
    pub(super) fn millis(&mut self, now: Instant) -> i64 {
        let began = *self.began.get_or_insert(now);
        let passed = i64::try_from((now - began).as_millis()).unwrap_or(i64::MAX / 2);
        EPOCH + TICK * self.ticks + passed
    }
}

/// RFC 3339 with nanoseconds, as the engine writes times into logs; `order` tells lines of the
/// same millisecond apart.
pub(super) fn rfc3339(millis: i64, order: usize) -> String {
    let (days, in_day) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let (year, month, day) = civil(days);
    let (hour, minute) = (in_day / 3_600_000, in_day / 60_000 % 60);
    let (second, fraction) = (in_day / 1000 % 60, in_day % 1000);
    let order = order % 1_000_000;
    format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:03}{order:06}Z"
    )
}

/// Days since 1970-01-01 into year, month, day of the Gregorian calendar, counted in years that
/// begin in March so that a leap day comes last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_times_as_an_engine_does() {
        assert_eq!(rfc3339(EPOCH, 7), "2026-01-01T00:00:00.000000007Z");
        assert_eq!(rfc3339(951_782_399_999, 0), "2000-02-28T23:59:59.999000000Z");
        assert_eq!(rfc3339(951_782_400_000, 0), "2000-02-29T00:00:00.000000000Z");
    }
}
