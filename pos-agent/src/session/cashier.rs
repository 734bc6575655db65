//! What the cashier's lines and scans do to a session.

use super::{Act, Heard, Screen, Session, Source};
use crate::{
    catalogue::Item,
    input::{ItemRef, Typed, read},
    receipt::SoldLine,
    scan::Scan,
    words::{self, Lang},
};

impl Session {
    pub(super) fn line(&mut self, line: &str) -> Vec<Act> {
        let typed = read(line);
        if typed == Typed::Quit && !self.busy() {
            return vec![Act::Quit];
        }
        // On eleven keys 1 is yes and 0 is no wherever something is asked.
        let asked = matches!(self.screen, Screen::Approving { .. } | Screen::CouponsRefused { .. });
        let typed = match line.trim() {
            "0" if asked => Typed::No,
            "1" if asked => Typed::Yes,
            _ => typed,
        };
        if matches!((&self.screen, &typed), (Screen::Approving { .. }, Typed::No)) {
            return vec![Act::GiveUp];
        }
        if self.busy() {
            return Vec::new();
        }
        self.notice = None;
        match (&self.screen, typed) {
            (Screen::CouponsRefused { .. }, Typed::Yes) => return self.pay(),
            (Screen::CouponsRefused { .. }, Typed::Enter) => {}
            (Screen::Paid { .. }, Typed::Enter | Typed::Yes | Typed::New) => self.next_customer(),
            (Screen::Stopped { .. }, Typed::Enter | Typed::Yes) | (_, Typed::No) => self.leave_result(),
            (_, Typed::Enter | Typed::Yes) => {}
            (_, Typed::Item { item, units }) => self.item(item, units),
            (_, Typed::Void(place)) => self.void(place),
            (_, Typed::New) => self.next_customer(),
            (_, Typed::Code(text)) => return self.code(&text, Source::Keys),
            (_, Typed::Picture(path)) => {
                if self.ready_for_code() {
                    self.screen = Screen::Reading;
                    return vec![Act::Read(path)];
                }
            }
            (_, Typed::Unknown(text)) => self.unknown(&text),
            (_, Typed::Quit) => {}
        }
        Vec::new()
    }

    fn next_customer(&mut self) {
        self.lines.clear();
        self.scan = None;
        self.dropped.clear();
        self.screen = Screen::Selling;
    }

    /// After a paid sale, the next item or code is the next customer's.
    fn leave_result(&mut self) {
        match self.screen {
            Screen::Paid { .. } => self.next_customer(),
            _ => self.screen = Screen::Selling,
        }
    }

    fn item(&mut self, item: ItemRef, units: u32) {
        self.leave_result();
        let (known, found, name) = match item {
            ItemRef::Gtin(gtin) => (self.catalogue.get(gtin), self.catalogue.find(gtin), gtin.short()),
            ItemRef::Quick(place) => {
                let item = self.catalogue.quick(place);
                (item, item.and_then(Item::one), place.to_string())
            }
        };
        let Some(found) = found else {
            self.heard = Heard::NotRead(Source::Keys);
            let labels = self.lang.labels();
            let why = if known.is_some() { labels.not_weighed } else { labels.unknown_item };
            self.notice = Some(format!("{name} {why}"));
            return;
        };
        self.heard = Heard::Read(Source::Keys);
        let sold = SoldLine {
            gtin: found.item.gtin,
            name: found.item.name.clone(),
            units,
            unit_price_minor: found.price_minor,
            grams: found.grams,
            per_kg_minor: found.per_kg_minor,
        };
        let before = self.lines.clone();
        // What was weighed, or priced by a scale, is a line of its own.
        let same = |line: &SoldLine| {
            line.gtin == sold.gtin
                && line.unit_price_minor == sold.unit_price_minor
                && line.grams == 0
                && sold.grams == 0
        };
        // The last line is what was rung up last, so a line that grows goes there.
        match self.lines.iter().position(same) {
            Some(place) => {
                let line = self.lines.remove(place);
                self.lines.push(SoldLine { units: line.units.saturating_add(units), ..line });
            }
            None => self.lines.push(sold),
        }
        if self.basket().is_none() {
            self.lines = before;
            self.notice = Some(self.lang.labels().too_much.to_owned());
        }
    }

    fn void(&mut self, place: Option<usize>) {
        self.leave_result();
        let index = place.unwrap_or(self.lines.len()).checked_sub(1);
        match index.filter(|index| *index < self.lines.len()) {
            Some(index) => {
                self.lines.remove(index);
            }
            None => self.notice = Some(self.lang.labels().no_such_line.to_owned()),
        }
    }

    fn unknown(&mut self, text: &str) {
        self.heard = Heard::NotRead(Source::Keys);
        // A number that is almost an item's says what is wrong with it; anything else is named.
        let digits = text.rsplit(['*', 'x', '×']).next().unwrap_or(text).trim();
        let labels = self.lang.labels();
        self.notice = Some(match shared::gs1::Gtin::parse(digits) {
            Err(error) if digits.bytes().all(|b| b.is_ascii_digit()) && !digits.is_empty() => match self.lang
            {
                Lang::En => format!("{text}: {error}"),
                Lang::Zh => format!("{text} {}", labels.unknown_input),
            },
            _ => format!("{text:?} {}", labels.unknown_input),
        });
    }

    /// A basket without items takes no code, and the code of a sale that is paid belongs to nobody.
    fn ready_for_code(&mut self) -> bool {
        if matches!(self.screen, Screen::Paid { .. }) || self.lines.is_empty() {
            self.notice = Some(self.lang.labels().basket_empty.to_owned());
            return false;
        }
        true
    }

    pub(super) fn code(&mut self, text: &str, source: Source) -> Vec<Act> {
        if matches!(self.screen, Screen::Asking { .. } | Screen::Approving { .. }) || !self.ready_for_code() {
            return Vec::new();
        }
        match Scan::read(text) {
            Ok(scan) => {
                self.heard = Heard::Read(source);
                self.scan = Some(scan);
                self.dropped.clear();
                self.pay()
            }
            Err(problem) => {
                self.heard = Heard::NotRead(source);
                let words = words::reason(problem.reason(), self.lang);
                self.stop(None, words.what, words.next);
                Vec::new()
            }
        }
    }
}
