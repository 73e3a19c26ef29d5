//! Rules that hold for the source itself.
