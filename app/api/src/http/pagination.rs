//! Pages of lists. Both numbers are bounded: a list is never an unbounded read.

use serde::Serialize;

use crate::http::query::Query;

const DEFAULT_PER_PAGE: u32 = 20;
const MOST_PER_PAGE: u32 = 100;
/// Deeper pages cost the database more than they are worth to a reader.
const LAST_PAGE: u32 = 10_000;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    number: u32,
    size: u32,
}

/// What a list says about itself.
#[derive(Debug, Serialize)]
pub(crate) struct PageMeta {
    page: u32,
    per_page: u32,
    total: i64,
}

impl Page {
    /// Takes `page` (from 1) and `per_page` from the query; problems are kept there.
    pub(crate) fn take(query: &mut Query) -> Self {
        let number =
            query.take("page", "a whole number from 1 to 10000", |text| within(text, LAST_PAGE));
        let size = query
            .take("per_page", "a whole number from 1 to 100", |text| within(text, MOST_PER_PAGE));
        Self { number: number.unwrap_or(1), size: size.unwrap_or(DEFAULT_PER_PAGE) }
    }

    /// The first page at its largest: for lists inside of something else.
    pub(crate) fn largest() -> Self {
        Self { number: 1, size: MOST_PER_PAGE }
    }

    /// Rows on the page.
    pub(crate) fn limit(self) -> i64 {
        self.size.into()
    }

    /// Rows before the page.
    pub(crate) fn offset(self) -> i64 {
        i64::from(self.number - 1) * i64::from(self.size)
    }

    /// What to say about the list this page is of.
    pub(crate) fn meta(self, total: i64) -> PageMeta {
        PageMeta { page: self.number, per_page: self.size, total }
    }

    /// The page as part of a cache key.
    pub(crate) fn key(self) -> String {
        format!("{}x{}", self.number, self.size)
    }
}

fn within(text: &str, most: u32) -> Option<u32> {
    text.parse().ok().filter(|number| (1..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use super::{LAST_PAGE, MOST_PER_PAGE, Page, within};
    use crate::http::query::Query;

    #[test]
    fn begins_with_the_first_twenty() {
        let page = Page::take(&mut Query::default());
        assert_eq!((page.limit(), page.offset()), (20, 0));
    }

    #[test]
    fn skips_the_pages_before() {
        let page = Page { number: 3, size: 50 };
        assert_eq!((page.limit(), page.offset()), (50, 100));
    }

    #[test]
    fn numbers_outside_the_bounds_are_refused() {
        for (text, most) in
            [("0", 100), ("-1", 100), ("101", MOST_PER_PAGE), ("10001", LAST_PAGE), ("1e3", 9999)]
        {
            assert_eq!(within(text, most), None, "{text}");
        }
    }
}
