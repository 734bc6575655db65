//! Reading a list page by page.

use super::PAGES_MAX;

/// What has been read of a list.
pub(super) struct Pages<I> {
    items: Vec<I>,
    next: Option<String>,
    read: usize,
}

impl<I> Pages<I> {
    pub(super) fn new() -> Self {
        Self { items: Vec::new(), next: Some(String::new()), read: 0 }
    }

    /// The page to read now; `None` at the end of the list or after [`PAGES_MAX`].
    pub(super) fn due(&mut self) -> Option<String> {
        self.next.take().filter(|_| self.read < PAGES_MAX)
    }

    pub(super) fn add(&mut self, items: Vec<I>, next_page_token: String) {
        self.items.extend(items);
        self.read += 1;
        self.next = Some(next_page_token).filter(|token| !token.is_empty());
    }

    pub(super) fn into_items(self) -> Vec<I> {
        self.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_to_its_end_and_never_without_end() {
        let mut pages = Pages::new();
        assert_eq!(pages.due().as_deref(), Some(""));
        pages.add(vec![1, 2], "b".to_owned());
        assert_eq!(pages.due().as_deref(), Some("b"));
        pages.add(vec![3], String::new());
        assert_eq!(pages.due(), None);
        assert_eq!(pages.into_items(), [1, 2, 3]);

        let mut endless = Pages::new();
        while endless.due().is_some() {
            endless.add(vec![()], "again".to_owned());
        }
        assert_eq!(endless.into_items().len(), PAGES_MAX);
    }
}
