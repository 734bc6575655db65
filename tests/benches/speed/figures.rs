//! What was measured: figures of rows, each with its values of all rounds.

/// One row of the report.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// As on the command line.
    pub name: &'static str,
    pub title: &'static str,
    /// What was measured and how, in sentences.
    pub says: &'static str,
    pub figures: Vec<Figure>,
    pub charts: Vec<Chart>,
}

/// One figure: a column of a line of its row's table.
#[derive(Debug)]
pub(crate) struct Figure {
    pub line: String,
    pub column: &'static str,
    pub unit: &'static str,
    pub values: Vec<f64>,
    pub goal: Option<Goal>,
}

/// What a figure must reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

/// Curves over one another.
#[derive(Debug)]
pub(crate) struct Chart {
    pub name: &'static str,
    pub title: &'static str,
    pub x: &'static str,
    pub y: &'static str,
    pub curves: Vec<(String, Vec<(f64, f64)>)>,
}

/// Of the values of all rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Row {
    /// Adds a figure.
    pub(crate) fn put(
        &mut self,
        line: impl Into<String>,
        column: &'static str,
        unit: &'static str,
        values: Vec<f64>,
    ) {
        self.figures.push(Figure { line: line.into(), column, unit, values, goal: None });
    }

    /// Adds a figure that has a goal.
    pub(crate) fn aim(&mut self, line: impl Into<String>, unit: &'static str, goal: Goal, values: Vec<f64>) {
        self.figures.push(Figure { line: line.into(), column: "", unit, values, goal: Some(goal) });
    }
}

impl Figure {
    pub(crate) fn spread(&self) -> Spread {
        Spread::of(&self.values)
    }

    /// Whether the median reaches the goal.
    pub(crate) fn met(&self) -> Option<bool> {
        let median = self.spread().median;
        self.goal.map(|goal| match goal {
            Goal::AtMost(limit) => median <= limit,
            Goal::AtLeast(limit) => median >= limit,
        })
    }
}

impl Goal {
    pub(crate) fn words(self) -> String {
        match self {
            Self::AtMost(limit) => format!("<= {}", digits(limit)),
            Self::AtLeast(limit) => format!(">= {}", digits(limit)),
        }
    }
}

impl Spread {
    pub(crate) fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (Some(least), Some(most)) = (sorted.first(), sorted.last()) else {
            return Self { median: f64::NAN, least: f64::NAN, most: f64::NAN };
        };
        Self { median: sorted[sorted.len() / 2], least: *least, most: *most }
    }

    pub(crate) fn words(self) -> String {
        if self.least == self.most {
            return digits(self.median);
        }
        format!("{} ({} to {})", digits(self.median), digits(self.least), digits(self.most))
    }
}

/// The median.
pub(crate) fn median(values: &[f64]) -> f64 {
    Spread::of(values).median
}

/// The value below which so many in a hundred are.
pub(crate) fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

/// Value by value, one over the other: the ratio in each round.
pub(crate) fn ratios(above: &[f64], below: &[f64]) -> Vec<f64> {
    above.iter().zip(below).map(|(above, below)| above / below).collect()
}

/// With three digits that mean something.
pub(crate) fn digits(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.2}"),
        0.0 => "0".to_owned(),
        _ => format!("{value:.4}"),
    }
}
