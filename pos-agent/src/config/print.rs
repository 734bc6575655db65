//! The settings file as it is without any change, with every key and its words.

use super::keys::{KEYS, SCANNER, Unset};

/// A file to start from.
pub fn print() -> String {
    let mut text = String::from(
        "# Settings of `pos-agent run --config FILE`. Paths are relative to this file's folder.\n",
    );
    let mut section = "";
    for key in KEYS {
        if key.section != section {
            section = key.section;
            text += &match section {
                SCANNER => "\n# One of these for each scanner of this machine; the till software's own needs none.\n# [[scanner]]\n".to_owned(),
                _ => format!("\n[{section}]\n"),
            };
        }
        for line in key.doc {
            text += &format!("# {line}\n");
        }
        text += &format!("# Allowed: {}.\n", key.kind.allowed());
        text += &match key.unset {
            Unset::Default(value) if section != SCANNER => format!("{} = {value}\n", key.name),
            Unset::Required(like) if section != SCANNER => format!("{} = {like}\n", key.name),
            Unset::Nothing(like) | Unset::Default(like) | Unset::Required(like) => {
                format!("# {} = {like}\n", key.name)
            }
        };
    }
    text
}
