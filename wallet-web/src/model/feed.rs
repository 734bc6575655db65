//! A long list that is read from the provider page by page, and replaces what is known of it when its end is reached.

use shared::time::UnixMillis;

/// A list that was read this long ago is read again when its page is opened.
const FRESH_MS: i64 = 60_000;
/// Entries after which reading stops, whatever the provider still has.
pub(super) const ENTRIES_MAX: usize = 10_000;

/// The reading of a list.
#[derive(Debug, Clone)]
pub(super) struct Feed<I> {
    gathered: Vec<I>,
    running: bool,
    read_at: Option<UnixMillis>,
}

/// What a page means for the list.
pub(super) enum Turn<I> {
    /// There is more: ask for the page of this token.
    More(String),
    /// This is all.
    Whole(Vec<I>),
}

impl<I> Default for Feed<I> {
    fn default() -> Self {
        Self { gathered: Vec::new(), running: false, read_at: None }
    }
}

impl<I: Clone> Feed<I> {
    /// Whether the list is to be read now; if so, reading begins.
    pub(super) fn begins(&mut self, now: UnixMillis) -> bool {
        let fresh = self.read_at.is_some_and(|at| (0..FRESH_MS).contains(&now.0.saturating_sub(at.0)));
        if self.running || fresh {
            return false;
        }
        self.gathered.clear();
        self.running = true;
        true
    }

    /// What was read is no longer true.
    pub(super) fn spoil(&mut self) {
        self.read_at = None;
    }

    /// Whether it is being read.
    pub(super) fn is_running(&self) -> bool {
        self.running
    }

    /// Whether it was read to its end since the wallet was opened.
    pub(super) fn was_read(&self) -> bool {
        self.read_at.is_some()
    }

    /// What has been read so far.
    pub(super) fn gathered(&self) -> &[I] {
        &self.gathered
    }

    /// A page came.
    pub(super) fn turn(&mut self, items: Vec<I>, next_page_token: String, now: UnixMillis) -> Turn<I> {
        self.gathered.extend(items);
        if next_page_token.is_empty() || self.gathered.len() >= ENTRIES_MAX {
            self.running = false;
            self.read_at = Some(now);
            return Turn::Whole(std::mem::take(&mut self.gathered));
        }
        Turn::More(next_page_token)
    }

    /// No page came.
    pub(super) fn fail(&mut self) {
        self.running = false;
        self.gathered.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_to_its_end_kept_for_a_while_and_read_again() {
        let mut feed = Feed::default();
        let at = |seconds: i64| UnixMillis(seconds * 1_000);
        assert!(feed.begins(at(0)));
        assert!(!feed.begins(at(0)), "it is being read");
        assert!(matches!(feed.turn(vec![1, 2], "b".to_owned(), at(1)), Turn::More(token) if token == "b"));
        assert_eq!(feed.gathered(), [1, 2]);
        assert!(matches!(feed.turn(vec![3], String::new(), at(2)), Turn::Whole(all) if all == [1, 2, 3]));
        assert!(!feed.begins(at(61)), "it is fresh");
        assert!(feed.begins(at(62)));
        feed.fail();
        assert!(feed.begins(at(63)), "it failed");
    }

    #[test]
    fn a_list_without_end_is_read_up_to_the_limit() {
        let mut feed = Feed::default();
        assert!(feed.begins(UnixMillis(0)));
        let page = || vec![0; 1_000];
        let mut pages = 1;
        while let Turn::More(_) = feed.turn(page(), "again".to_owned(), UnixMillis(0)) {
            pages += 1;
        }
        assert_eq!(pages, 10);
    }
}
