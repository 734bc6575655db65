//! The settings file as it is without any change, with every key and its words.

use super::keys::{KEYS, Unset};

/// A file to start from.
pub fn print() -> String {
    let mut text = String::from(
        "# Settings of `pos-agent run --config FILE`. Paths are relative to this file's folder.\n",
    );
    let mut section = "";
    for key in KEYS {
        if key.section != section {
            section = key.section;
            text += &format!("\n[{section}]\n");
        }
        for line in key.doc {
            text += &format!("# {line}\n");
        }
        text += &format!("# Allowed: {}.\n", key.kind.allowed());
        text += &match key.unset {
            Unset::Default(value) => format!("{} = {value}\n", key.name),
            Unset::Required(like) => format!("{} = {like}\n", key.name),
            Unset::Nothing(like) => format!("# {} = {like}\n", key.name),
        };
    }
    text
}
