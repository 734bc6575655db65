//! Rows of one table that a batch of commands works on: loaded before it, changed in memory, written after it.

use std::{collections::BTreeMap, fmt::Debug};

/// What became of a row since it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Clean,
    New,
    Changed,
}

#[derive(Debug)]
struct Row<V> {
    value: Option<V>,
    status: Status,
}

/// Rows by key, in the order of keys, so that they are also read, locked and written in that order.
#[derive(Debug)]
pub struct Rows<K, V>(BTreeMap<K, Row<V>>);

impl<K, V> Default for Rows<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Copy + Debug, V> Rows<K, V> {
    /// Says that these keys were looked for; those that exist follow by [`Rows::loaded`].
    pub fn looked_for(&mut self, keys: impl IntoIterator<Item = K>) {
        for key in keys {
            self.0.entry(key).or_insert(Row { value: None, status: Status::Clean });
        }
    }

    /// Puts in a row as the database has it.
    pub fn loaded(&mut self, key: K, value: V) {
        self.0.insert(key, Row { value: Some(value), status: Status::Clean });
    }

    /// The row, where it exists. Asking for a key that no command of the batch named is a mistake in the command.
    pub fn get(&self, key: &K) -> Option<&V> {
        match self.0.get(key) {
            Some(row) => row.value.as_ref(),
            None => panic!("row {key:?} was not loaded for this batch"),
        }
    }

    /// Adds a row that does not exist.
    pub fn insert(&mut self, key: K, value: V) {
        let before = self.0.insert(key, Row { value: Some(value), status: Status::New });
        assert!(before.is_none_or(|row| row.value.is_none()), "row {key:?} exists");
    }

    /// The row, to be changed; it must exist.
    pub fn change(&mut self, key: &K) -> &mut V {
        match self.0.get_mut(key) {
            Some(Row { value: Some(value), status }) => {
                if *status == Status::Clean {
                    *status = Status::Changed;
                }
                value
            }
            _ => panic!("row {key:?} does not exist"),
        }
    }

    /// Existing rows with keys in a range.
    pub fn range(&self, range: impl std::ops::RangeBounds<K>) -> impl Iterator<Item = &V> {
        self.0.range(range).filter_map(|(_, row)| row.value.as_ref())
    }
}

impl<K, V> Rows<K, V> {
    /// Every existing row.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().filter_map(|(key, row)| Some((key, row.value.as_ref()?)))
    }

    /// Rows to insert.
    pub fn new_rows(&self) -> impl Iterator<Item = (&K, &V)> {
        self.with(Status::New)
    }

    /// Rows to update.
    pub fn changed_rows(&self) -> impl Iterator<Item = (&K, &V)> {
        self.with(Status::Changed)
    }

    fn with(&self, status: Status) -> impl Iterator<Item = (&K, &V)> {
        self.0
            .iter()
            .filter(move |(_, row)| row.status == status)
            .filter_map(|(key, row)| Some((key, row.value.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_written_once_as_what_became_of_it() {
        let mut rows = Rows::default();
        rows.looked_for([1, 2, 3]);
        rows.loaded(1, "a");
        rows.loaded(2, "b");
        *rows.change(&2) = "c";
        rows.insert(3, "d");
        *rows.change(&3) = "e";
        assert_eq!(rows.get(&1), Some(&"a"));
        assert_eq!(rows.new_rows().collect::<Vec<_>>(), [(&3, &"e")]);
        assert_eq!(rows.changed_rows().collect::<Vec<_>>(), [(&2, &"c")]);
    }

    #[test]
    #[should_panic(expected = "was not loaded")]
    fn a_row_that_nobody_named_can_not_be_read() {
        Rows::<u32, ()>::default().get(&1);
    }
}
