//! The same page under other conditions: themes, sizes of screen and text, the other direction; and what is wrong with it.

use serde_json::json;

use super::{Phone, tool};

/// Rules of axe-core that a page must keep: WCAG up to 2.2 AA, and what its makers call best practice.
const ACCESSIBILITY: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/// Defines `misplaced()`: what is wrong with the layout, a line each.
const MISPLACED: &str = include_str!("misplaced.js");

/// A screen, and what its reader has chosen.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// What it is called.
    pub name: &'static str,
    /// In CSS pixels.
    pub screen: (u32, u32),
    /// Size of text, in percent of the usual.
    pub text_percent: u32,
    /// "ltr" or "rtl".
    pub direction: &'static str,
}

const USUAL: Layout = Layout { name: "usual", screen: (360, 740), text_percent: 100, direction: "ltr" };

/// The usual phone; the narrowest screen of WCAG 2.2 (1.4.10), its largest text (1.4.4), right to left, a phone on its side, and
/// a desktop.
pub const LAYOUTS: [Layout; 6] = [
    USUAL,
    Layout { name: "narrow", screen: (320, 640), ..USUAL },
    Layout { name: "large text", text_percent: 200, ..USUAL },
    Layout { name: "right to left", direction: "rtl", ..USUAL },
    Layout { name: "on its side", screen: (740, 360), ..USUAL },
    Layout { name: "desktop", screen: (1280, 800), ..USUAL },
];

impl Phone {
    /// Dark or light, as the phone has it.
    pub async fn theme(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        // Still, so that nothing is looked at on its way in.
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Turns the screen into another.
    pub async fn lay_out(&self, layout: Layout) {
        let (width, height) = layout.screen;
        // Of pictures only the usual ones are taken.
        let scale = if layout.name == USUAL.name { 3 } else { 1 };
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": true });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let Layout { text_percent, direction, .. } = layout;
        let size = if text_percent == 100 { String::new() } else { format!("{text_percent}%") };
        let root = format!(
            "document.documentElement.style.fontSize = '{size}'; document.documentElement.dir = '{direction}';
             return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))"
        );
        self.evaluate(&root).await;
    }

    /// What is wrong with the page in each layout, a line each; the usual one is there again at the end.
    pub async fn misplaced(&self) -> Vec<String> {
        let mut found = Vec::new();
        for layout in LAYOUTS {
            self.lay_out(layout).await;
            let lines = self.evaluate(&format!("{MISPLACED}; return misplaced()")).await;
            let lines: Vec<String> = serde_json::from_value(lines).expect("a list of texts");
            found.extend(lines.into_iter().map(|line| format!("{}: {line}", layout.name)));
        }
        self.lay_out(USUAL).await;
        found
    }

    /// What axe-core has against the page as it is now: a line for each rule that it breaks.
    pub async fn inaccessible(&self) -> Vec<String> {
        self.against(&json!({ "runOnly": ACCESSIBILITY })).await
    }

    /// The same of the colours alone, for the theme in which nothing else is different.
    pub async fn unreadable(&self) -> Vec<String> {
        self.against(&json!({ "runOnly": { "type": "rule", "values": ["color-contrast"] } })).await
    }

    async fn against(&self, rules: &serde_json::Value) -> Vec<String> {
        if self.evaluate("return typeof axe === 'undefined'").await == true {
            let axe = tool("ONESCAN_NODE_MODULES", "node_modules").join("axe-core/axe.min.js");
            let axe =
                std::fs::read_to_string(&axe).unwrap_or_else(|error| panic!("{}: {error}", axe.display()));
            self.evaluate(&format!("{axe}; window.axe = axe")).await;
        }
        let said =
            "v.id + ': ' + v.help + ' ' + v.nodes.map(n => n.target + ' ' + n.failureSummary).join(' | ')";
        let script = format!("return axe.run(document, {rules}).then(r => r.violations.map(v => {said}))");
        serde_json::from_value(self.evaluate(&script).await).expect("a list of texts")
    }
}
