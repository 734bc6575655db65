//! Curves as SVG: the horizontal scale by powers, the vertical one from zero.

use crate::{figures::Chart, report::scale};

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 130.0;
const TOP: f64 = 36.0;
const BOTTOM: f64 = 44.0;
/// Told apart by eyes that don't tell red from green too (Okabe and Ito).
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/// The picture's text.
pub(crate) fn svg(chart: &Chart) -> String {
    let points = || chart.curves.iter().flat_map(|(_, points)| points);
    let (from, to) = points().fold((f64::MAX, f64::MIN), |(from, to), (x, _)| (from.min(*x), to.max(*x)));
    let top = rounded_up(points().map(|(_, y)| *y).fold(0.0, f64::max));
    let across = WIDTH - LEFT - RIGHT;
    let x = |value: f64| LEFT + across * (value / from).ln() / (to / from).ln().max(f64::MIN_POSITIVE);
    let y = |value: f64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top;
    let mut text = vec![
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">"#
        ),
        format!(r##"<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>"##),
        label(LEFT, 20.0, "start", chart.title),
        label(LEFT + across / 2.0, HEIGHT - 8.0, "middle", chart.x),
        label(LEFT - 8.0, TOP - 4.0, "end", chart.y),
    ];
    for step in 0..=4 {
        let value = top * f64::from(step) / 4.0;
        let at = y(value);
        text.push(format!(r##"<path d="M{LEFT} {at:.1}h{across}" stroke="#dddddd"/>"##));
        text.push(label(LEFT - 8.0, at + 4.0, "end", &scale(value)));
    }
    let mut marked: Vec<f64> = points().map(|(x, _)| *x).collect();
    marked.sort_by(f64::total_cmp);
    marked.dedup();
    text.extend(
        marked.iter().map(|value| label(x(*value), HEIGHT - BOTTOM + 18.0, "middle", &scale(*value))),
    );
    for (place, (name, points)) in (0_u8..).zip(&chart.curves) {
        let colour = COLOURS[usize::from(place) % COLOURS.len()];
        let path: Vec<String> =
            points.iter().map(|(px, py)| format!("{:.1} {:.1}", x(*px), y(*py))).collect();
        text.push(format!(
            r#"<path d="M{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
            path.join("L")
        ));
        for (px, py) in points {
            text.push(format!(r#"<circle cx="{:.1}" cy="{:.1}" r="3" fill="{colour}"/>"#, x(*px), y(*py)));
        }
        let at = TOP + 8.0 + 18.0 * f64::from(place);
        let beside = WIDTH - RIGHT + 16.0;
        text.push(format!(r#"<circle cx="{beside}" cy="{at}" r="4" fill="{colour}"/>"#));
        text.push(label(beside + 10.0, at + 4.0, "start", name));
    }
    text.push("</svg>\n".to_owned());
    text.join("\n")
}

fn label(x: f64, y: f64, anchor: &str, text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!(r##"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" fill="#222222">{text}</text>"##)
}

/// Up to the next 1, 2 or 5 with zeros.
fn rounded_up(value: f64) -> f64 {
    let power = 10_f64.powf(value.max(1e-9).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|top| *top >= value).unwrap_or(value)
}
