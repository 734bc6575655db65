//! The wallet's `index.html`: its `<link data-trunk>` tags say what belongs to the page, as trunk understands them.
//!
//! Rules as in trunk's own guide (section "Assets"), for the kinds that the wallet uses.

use crate::shell::Outcome;

/// A piece of the page, in the page's order.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Goes into the built page as it stands.
    Text(&'a str),
    /// A `<link data-trunk>`, to be put right with what was built.
    Asset(Asset<'a>),
}

/// What a `<link data-trunk>` asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asset<'a> {
    /// `rel="rust"`: the program itself.
    Rust,
    /// `rel="css"`: a style sheet.
    Css(&'a str),
    /// `rel="copy-file"`: a file for the top folder, under its own name.
    CopyFile(&'a str),
    /// `rel="copy-dir"`: a folder with all in it, under its own name.
    CopyDir(&'a str),
}

/// Splits a page into its pieces.
///
/// # Errors
/// On a tag that doesn't end and on a kind of asset that is not one of [`Asset`]'s.
pub(super) fn pieces(html: &str) -> Outcome<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = html;
    let mut text_end = 0;
    while let Some(start) = rest[text_end..].find("<link").map(|at| text_end + at) {
        let tag = &rest[start..];
        let end = tag.find('>').ok_or("index.html: a <link> tag does not end")? + 1;
        let tag = &tag[..end];
        text_end = start + end;
        if attribute(tag, "data-trunk").is_some() {
            pieces.push(Piece::Text(&rest[..start]));
            pieces.push(Piece::Asset(asset(tag)?));
            rest = &rest[text_end..];
            text_end = 0;
        }
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

fn asset(tag: &str) -> Outcome<Asset<'_>> {
    let href = || attribute(tag, "href").ok_or_else(|| format!("index.html: {tag} has no href"));
    match attribute(tag, "rel") {
        Some("rust") => Ok(Asset::Rust),
        Some("css") => Ok(Asset::Css(href()?)),
        Some("copy-file") => Ok(Asset::CopyFile(href()?)),
        Some("copy-dir") => Ok(Asset::CopyDir(href()?)),
        _ => Err(format!(
            "index.html: {tag}: `cargo xtask wallet` knows rel=\"rust\", \"css\", \"copy-file\" and \"copy-dir\"."
        )
        .into()),
    }
}

/// An attribute's value; empty for one that stands without a value.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag.strip_prefix("<link")?;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '/' | '>'));
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/'))?;
        let (found, after) = rest.split_at(end);
        let value = match after.strip_prefix('=') {
            None => {
                rest = after;
                ""
            }
            Some(quoted) => {
                let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''))?;
                let (value, after) = quoted[1..].split_once(quote)?;
                rest = after;
                value
            }
        };
        if found == name {
            return Some(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expect: &[Piece<'_>]) {
        assert_eq!(pieces(html).unwrap(), expect, "{html}");
    }

    #[test]
    fn each_trunk_link_is_a_piece_between_texts() {
        check(
            r#"<head><link data-trunk rel="css" href="style.css"/>
<link rel="icon" href="/static/icon.png"><link href='static' rel='copy-dir' data-trunk></head>"#,
            &[
                Piece::Text("<head>"),
                Piece::Asset(Asset::Css("style.css")),
                Piece::Text("\n<link rel=\"icon\" href=\"/static/icon.png\">"),
                Piece::Asset(Asset::CopyDir("static")),
                Piece::Text("</head>"),
            ],
        );
        check(
            r#"<link data-trunk rel="rust" data-wasm-opt="0" />"#,
            &[Piece::Text(""), Piece::Asset(Asset::Rust), Piece::Text("")],
        );
        check("<p>none</p>", &[Piece::Text("<p>none</p>")]);
    }

    #[test]
    fn what_we_do_not_know_is_an_error_that_shows_the_tag() {
        let error = |html| pieces(html).unwrap_err().to_string();
        assert!(error(r#"<link data-trunk rel="sass" href="a.scss">"#).contains("a.scss"));
        assert!(error(r#"<link data-trunk rel="css">"#).contains("no href"));
        assert!(error("<link data-trunk").contains("does not end"));
    }
}
