//! The settings file as it is without any change, with every key and its words.

use super::keys::{KEYS, LISTS, Unset};

/// A file to start from.
pub fn print() -> String {
    let mut text = String::from(
        "# Settings of `pos-agent run --config FILE`. Paths are relative to this file's folder.\n",
    );
    let mut section = "";
    for key in KEYS {
        if key.section != section {
            section = key.section;
            text += &match LISTS.iter().find(|(list, _)| *list == section) {
                Some((list, says)) => format!("\n# {says}\n# [[{list}]]\n"),
                None => format!("\n[{section}]\n"),
            };
        }
        for line in key.doc {
            text += &format!("# {line}\n");
        }
        text += &format!("# Allowed: {}.\n", key.kind.allowed());
        let is_list = LISTS.iter().any(|(list, _)| *list == section);
        text += &match key.unset {
            Unset::Default(value) if !is_list => format!("{} = {value}\n", key.name),
            Unset::Required(like) if !is_list => format!("{} = {like}\n", key.name),
            Unset::Nothing(like) | Unset::Default(like) | Unset::Required(like) => {
                format!("# {} = {like}\n", key.name)
            }
        };
    }
    text
}
