//! The report: as text on the screen, as JSON, and as Markdown with pictures.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    figures::{Figure, Row, digits},
    machine, plot,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

/// Prints the rows.
pub(crate) fn print(rows: &[Row], format: Format) {
    match format {
        Format::Json => println!("{:#}", as_json(rows)),
        Format::Text => {
            machine::lines().iter().for_each(|line| println!("{line}"));
            for row in rows {
                println!("\n{}", row.title);
                table(row).iter().for_each(|line| println!("{line}"));
            }
        }
    }
}

/// Every figure by itself.
fn as_json(rows: &[Row]) -> Value {
    let figure = |row: &Row, figure: &Figure| {
        let spread = figure.spread();
        let name = [row.name, &figure.line, figure.column].into_iter().filter(|part| !part.is_empty());
        json!({
            "name": name.collect::<Vec<_>>().join(": "),
            "value": spread.median,
            "unit": figure.unit,
            "spread": { "least": spread.least, "most": spread.most, "rounds": figure.values.len() },
            "goal": figure.goal.map(|goal| goal.words()),
            "met": figure.met(),
        })
    };
    let figures: Vec<Value> =
        rows.iter().flat_map(|row| row.figures.iter().map(move |f| figure(row, f))).collect();
    json!({ "machine": machine::lines(), "figures": figures })
}

/// Writes `benchmarks.md` and the pictures beside it into a folder.
pub(crate) fn write(rows: &[Row], dir: &Path) {
    let pictures = dir.join("benchmarks");
    fs::create_dir_all(&pictures).unwrap();
    let mut text = vec![
        "# Benchmarks".to_owned(),
        String::new(),
        "Made by `cargo xtask bench`, which makes it again. Medians of the rounds, with the least and the most where they differ; what is \
         compared took turns. CPU time is that of all threads of the server's process, divided by the calls; the load \
         generator is a process of its own, on the same machine. A payment that was answered is on the disk \
         (`synchronous = FULL`, `fsync = on`)."
            .to_owned(),
        String::new(),
        "Not measured: a network (client and server talk over loopback and share the cores, so a rate would be higher with the clients \
         elsewhere), TLS, more cores than this machine has, a real phone, a real scanner. The goals were set on another \
         machine: where CPU time is compared, the echo and the signature tell how much slower or faster this one is."
            .to_owned(),
        String::new(),
    ];
    text.extend(machine::lines().iter().map(|line| format!("- {line}")));
    for row in rows {
        text.extend([String::new(), format!("## {}", row.title), String::new(), row.says.to_owned()]);
        for chart in &row.charts {
            fs::write(pictures.join(format!("{}.svg", chart.name)), plot::svg(chart)).unwrap();
            text.extend([String::new(), format!("![{}](benchmarks/{}.svg)", chart.title, chart.name)]);
        }
        text.push(String::new());
        text.extend(table(row));
    }
    text.push(String::new());
    fs::write(dir.join("benchmarks.md"), text.join("\n")).unwrap();
}

/// Goals first, a line each; then the other figures, a line for each case and a column for each figure.
fn table(row: &Row) -> Vec<String> {
    let mut text = goals(row);
    let others: Vec<&Figure> = row.figures.iter().filter(|figure| figure.goal.is_none()).collect();
    let columns = once(others.iter().map(|figure| (figure.column, figure.unit)));
    if columns.is_empty() {
        return text;
    }
    let head = columns.iter().map(|(column, unit)| format!("{column}, {unit}"));
    let mut lines = vec![std::iter::once(String::new()).chain(head).collect::<Vec<_>>()];
    for line in once(others.iter().map(|figure| figure.line.as_str())) {
        let cell = |column: &(&str, &str)| {
            let here = |figure: &&&Figure| figure.line == line && (figure.column, figure.unit) == *column;
            others.iter().find(here).map_or_else(String::new, |figure| figure.spread().words())
        };
        lines.push(std::iter::once(line.to_owned()).chain(columns.iter().map(cell)).collect());
    }
    if !text.is_empty() {
        text.push(String::new());
    }
    text.extend(drawn(&lines));
    text
}

fn goals(row: &Row) -> Vec<String> {
    let mut lines = vec![["goal", "measured", "to reach", "reached"].map(str::to_owned).to_vec()];
    for figure in &row.figures {
        if let (Some(goal), Some(met)) = (figure.goal, figure.met()) {
            let unit = if figure.unit == "ratio" { "" } else { figure.unit };
            let measured = format!("{} {unit}", figure.spread().words());
            let reached = if met { "yes" } else { "no" };
            let cells = [figure.line.as_str(), measured.trim(), &goal.words(), reached];
            lines.push(cells.map(str::to_owned).to_vec());
        }
    }
    if lines.len() == 1 { Vec::new() } else { drawn(&lines) }
}

/// A Markdown table, its columns aligned.
fn drawn(lines: &[Vec<String>]) -> Vec<String> {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let drawn = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).map(|(cell, width)| format!(" {cell:<width$} "));
        format!("|{}|", cells.collect::<Vec<_>>().join("|"))
    };
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut text = vec![drawn(&lines[0]), drawn(&rule)];
    text.extend(lines[1..].iter().map(|line| drawn(line)));
    text
}

/// Each once, in the order in which they come first.
fn once<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    all.for_each(|item| {
        if !seen.contains(&item) {
            seen.push(item);
        }
    });
    seen
}

/// A number for a picture's scale.
pub(crate) fn scale(value: f64) -> String {
    match value.abs() {
        size if size >= 1e6 => format!("{}M", digits(value / 1e6).trim_end_matches(".00")),
        size if size >= 1e3 => {
            format!("{}k", digits(value / 1e3).trim_end_matches(".00").trim_end_matches(".0"))
        }
        _ => digits(value).trim_end_matches(".00").trim_end_matches(".0").to_owned(),
    }
}
