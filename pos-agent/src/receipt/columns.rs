//! Text in columns: cut, broken, centred, set left and right.

use unicode_width::UnicodeWidthChar;

/// How wide the paper is, and how wide each character is on it.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// Columns of a line.
    pub count: usize,
    width_of: fn(char) -> usize,
    /// Stands for what was cut off; one column.
    more: char,
}

impl Columns {
    /// As a terminal shows it: a Chinese character takes two columns.
    pub fn on_screen(count: usize) -> Self {
        Self { count, width_of: |c| c.width().unwrap_or(0), more: '…' }
    }

    /// As a printer with a Chinese font shows it: all that isn't ASCII takes two columns.
    pub fn on_chinese_paper(count: usize) -> Self {
        Self { count, width_of: |c| if c.is_ascii() { 1 } else { 2 }, more: '.' }
    }

    /// As a printer with a Latin font shows it: everything takes one column.
    pub fn on_latin_paper(count: usize) -> Self {
        Self { count, width_of: |_| 1, more: '.' }
    }

    /// Columns that a text takes.
    pub fn width(&self, text: &str) -> usize {
        text.chars().map(self.width_of).sum()
    }

    /// The text, or as much of it as fits into `room` columns with a sign behind for what is missing.
    fn cut_to(&self, text: &str, room: usize) -> String {
        if self.width(text) <= room {
            return text.to_owned();
        }
        format!("{}{}", self.head(text, room.saturating_sub(1)), self.more)
    }

    /// As much of the text's beginning as fits.
    fn head<'t>(&self, text: &'t str, room: usize) -> &'t str {
        let mut used = 0;
        let end = text.char_indices().find(|(_, c)| {
            used += (self.width_of)(*c);
            used > room
        });
        end.map_or(text, |(end, _)| &text[..end])
    }

    /// Left and right on one line; the left is cut where both don't fit.
    pub fn pair(&self, left: &str, right: &str) -> String {
        if right.is_empty() {
            return self.cut_to(left, self.count);
        }
        let left = self.cut_to(left, self.count.saturating_sub(self.width(right) + 1));
        let gap = self.count.saturating_sub(self.width(&left) + self.width(right));
        format!("{left}{}{right}", " ".repeat(gap))
    }

    /// Left and right on one line, or on two where both don't fit.
    pub fn whole_pair(&self, left: &str, right: &str) -> Vec<String> {
        if self.width(left) + 1 + self.width(right) <= self.count {
            return vec![self.pair(left, right)];
        }
        vec![left.to_owned(), self.pair("", right)]
    }

    /// Broken into lines, each in the middle.
    pub fn centred(&self, text: &str) -> Vec<String> {
        let lines = self.broken(text, 0).into_iter();
        lines.map(|line| " ".repeat((self.count.saturating_sub(self.width(&line))) / 2) + &line).collect()
    }

    /// Broken into lines that begin with `indent` blanks: at blanks and behind hyphens, in a word that fits no line anywhere, and in
    /// Chinese anywhere.
    pub fn broken(&self, text: &str, indent: usize) -> Vec<String> {
        let room = self.count.saturating_sub(indent).max(2);
        let mut lines = Vec::new();
        let mut rest = text.trim();
        while self.width(rest) > room {
            let head = self.head(rest, room);
            let next = rest[head.len()..].chars().next();
            let breaks = |(at, c): (usize, char)| match c {
                ' ' => Some(at),
                '-' => Some(at + 1),
                c if !c.is_ascii() => Some(at + c.len_utf8()),
                _ => None,
            };
            let end = match next {
                Some(' ') => head.len(),
                _ => head
                    .char_indices()
                    .filter_map(breaks)
                    .next_back()
                    .filter(|end| *end > 0)
                    .unwrap_or(head.len()),
            };
            lines.push(rest[..end].trim_end().to_owned());
            rest = rest[end..].trim_start();
        }
        lines.push(rest.to_owned());
        lines.iter().map(|line| " ".repeat(indent) + line).collect()
    }
}

/// Left and right on one line of a screen; the left is cut where both don't fit.
pub fn pair_within(left: &str, right: &str, columns: usize) -> String {
    Columns::on_screen(columns).pair(left, right)
}

/// The text, or as much of it as fits on a screen with `…` behind.
pub fn cut(text: &str, columns: usize) -> String {
    Columns::on_screen(columns).cut_to(text, columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_where_people_would() {
        let check = |text: &str, count, indent, expect: &[&str]| {
            assert_eq!(Columns::on_screen(count).broken(text, indent), expect, "{text}");
        };
        check(
            "another coupon already covers these items",
            20,
            2,
            &["  another coupon", "  already covers", "  these items"],
        );
        check("short", 20, 2, &["  short"]);
        check("0198f2a0-1b2c-7d3e", 12, 0, &["0198f2a0-", "1b2c-7d3e"]);
        check("abcdefghij", 4, 0, &["abcd", "efgh", "ij"]);
        check("这些商品已使用其他优惠券", 10, 2, &["  这些商品", "  已使用其", "  他优惠券"]);
        check("", 10, 2, &["  "]);
    }

    #[test]
    fn left_and_right_share_a_line() {
        let check = |columns: Columns, left: &str, right: &str, expect: &str| {
            assert_eq!(columns.pair(left, right), expect)
        };
        check(Columns::on_screen(12), "Mints", "4.50", "Mints   4.50");
        check(Columns::on_screen(12), "丝滑洗发水", "30.00", "丝滑…  30.00");
        check(Columns::on_latin_paper(10), "Crème fraîche", "3.20", "Crèm. 3.20");
        check(Columns::on_chinese_paper(10), "Crème", "3.20", "Crè. 3.20");
        check(Columns::on_screen(6), "Receipt", "", "Recei…");
        assert_eq!(Columns::on_screen(12).whole_pair("2 × 9.00", "18.00"), ["2 × 9.00", "       18.00"]);
    }
}
