//! Which calls are to fail, and how.

use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive};

/// The indexes for which a fault is planned: one (`3`), some (`1..4`, `1..=3`), every one from an index on (`2..`), or all
/// until the fault is lifted (`..`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexes {
    first: usize,
    /// The first that is not meant any more.
    end: Option<usize>,
}

impl Indexes {
    fn contains(self, index: usize) -> bool {
        self.first <= index && self.end.is_none_or(|end| index < end)
    }
}

impl From<usize> for Indexes {
    fn from(index: usize) -> Self {
        Self { first: index, end: index.checked_add(1) }
    }
}

impl From<Range<usize>> for Indexes {
    fn from(range: Range<usize>) -> Self {
        Self { first: range.start, end: Some(range.end) }
    }
}

impl From<RangeInclusive<usize>> for Indexes {
    fn from(range: RangeInclusive<usize>) -> Self {
        Self { first: *range.start(), end: range.end().checked_add(1) }
    }
}

impl From<RangeFrom<usize>> for Indexes {
    fn from(range: RangeFrom<usize>) -> Self {
        Self { first: range.start, end: None }
    }
}

impl From<RangeFull> for Indexes {
    fn from(_: RangeFull) -> Self {
        Self { first: 0, end: None }
    }
}

/// Faults by index. Where two are planned for the same one, the later plan holds.
#[derive(Debug)]
pub(crate) struct Plan<F>(Vec<(Indexes, F)>);

impl<F: Copy> Plan<F> {
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn add(&mut self, indexes: Indexes, fault: F) {
        self.0.push((indexes, fault));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn fault(&self, index: usize) -> Option<F> {
        self.0.iter().rev().find(|(indexes, _)| indexes.contains(index)).map(|(_, fault)| *fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(indexes: impl Into<Indexes>, expected: &[usize]) {
        let indexes = indexes.into();
        let meant: Vec<usize> = (0..5).filter(|index| indexes.contains(*index)).collect();
        assert_eq!(meant, expected, "{indexes:?}");
    }

    #[test]
    fn indexes_are_written_as_ranges() {
        check(3, &[3]);
        check(1..3, &[1, 2]);
        check(1..=3, &[1, 2, 3]);
        check(3.., &[3, 4]);
        check(.., &[0, 1, 2, 3, 4]);
        check(2..2, &[]);
        check(usize::MAX, &[]);
    }

    #[test]
    fn the_later_plan_holds() {
        let mut plan = Plan::none();
        plan.add((..).into(), 'a');
        plan.add(2.into(), 'b');
        assert_eq!([plan.fault(1), plan.fault(2), plan.fault(3)], [Some('a'), Some('b'), Some('a')]);
        plan.clear();
        assert_eq!(plan.fault(2), None);
    }
}
