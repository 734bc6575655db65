//! A page of shell sessions that is also a test: each `sh` block is run, in order and in one shell, and the `json` or `text`
//! block after it is what it must print.
//!
//! In a `json` block, `"$NAME"` stands for a value that the answer brings: it is kept in the shell's variable of that name, and
//! must be the same wherever it is named again. `"…"` stands for a value that is different each time.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::Value;

/// One `sh` block and the answers that it must give; none for a block that only sets something up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The heading above it.
    pub heading: String,
    /// What is typed.
    pub typed: String,
    /// What is answered.
    pub answers: Option<Answers>,
}

/// What a block must print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// JSON values, one after the other.
    Json(String),
    /// Lines, but for the space around them.
    Text(String),
}

/// The sessions of a page, in order.
pub fn sessions(markdown: &str) -> Vec<Session> {
    let mut sessions: Vec<Session> = Vec::new();
    let (mut heading, mut block) = (String::new(), None::<(String, String)>);
    for line in markdown.lines() {
        match (&mut block, line.strip_prefix("```")) {
            (None, Some(language)) => block = Some((language.to_owned(), String::new())),
            (None, None) if line.starts_with('#') => {
                line.trim_start_matches(['#', ' ']).clone_into(&mut heading)
            }
            (None, None) => {}
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (Some(_), Some(_)) => match block.take() {
                Some((language, typed)) if language == "sh" => {
                    sessions.push(Session { heading: heading.clone(), typed, answers: None });
                }
                Some((language, text)) if language == "json" || language == "text" => {
                    let before = sessions.last_mut().expect("an answer follows what was typed");
                    let answers = if language == "json" { Answers::Json } else { Answers::Text };
                    before.answers = Some(answers(text));
                }
                _ => {}
            },
        }
    }
    sessions
}

/// A shell that keeps its variables from block to block.
pub struct Shell {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    bound: BTreeMap<String, Value>,
}

/// Says in the output that a block has ended, and how.
const END: &str = "--- end of block ";

impl Shell {
    /// A shell in `folder`.
    pub fn start(folder: &Path) -> Self {
        let mut child = Command::new("bash")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash starts");
        let input = child.stdin.take().expect("it was piped");
        let output = BufReader::new(child.stdout.take().expect("it was piped"));
        Self { child, input, output, bound: BTreeMap::new() }
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: &str) {
        let quoted = value.replace('\'', r"'\''");
        writeln!(self.input, "export {name}='{quoted}'").expect("the shell listens");
        self.bound.insert(name.to_owned(), Value::String(value.to_owned()));
    }

    /// Types a block: what it prints. It must succeed.
    pub fn type_in(&mut self, typed: &str) -> String {
        write!(self.input, "{{\n{typed}\n}} </dev/null\nprintf '\\n%s%s\\n' '{END}' $?\n")
            .expect("the shell listens");
        self.input.flush().expect("the shell listens");
        let mut printed = String::new();
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).expect("text");
            assert!(read > 0, "the shell ended within:\n{typed}\nafter:\n{printed}");
            match line.trim_end().strip_prefix(END) {
                Some("0") => return printed,
                Some(code) => panic!("exit {code} of:\n{typed}\nwhich printed:\n{printed}"),
                None => printed.push_str(&line),
            }
        }
    }

    /// Runs a session and compares its answers; keeps the values that they bring.
    pub fn run(&mut self, session: &Session) {
        let printed = self.type_in(&session.typed);
        let Some(answers) = &session.answers else { return };
        let mut news = BTreeMap::new();
        let alike = match answers {
            Answers::Json(json) => {
                let (wanted, found) = (values(json), values(&printed));
                wanted.len() == found.len()
                    && wanted.iter().zip(&found).all(|(w, f)| alike(w, f, &self.bound, &mut news))
            }
            Answers::Text(text) => trimmed(text) == trimmed(&printed),
        };
        assert!(
            alike,
            "{}\n\n{}\nmust answer\n{answers:?}\nand answered\n{printed}\nwith {:?}",
            session.heading, session.typed, self.bound
        );
        for (name, value) in news {
            let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            self.set(&name, &text);
            self.bound.insert(name, value);
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // It has nothing of its own to save.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn trimmed(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// JSON values one after the other.
fn values(text: &str) -> Vec<Value> {
    let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
    values.unwrap_or_else(|error| panic!("{error} in:\n{text}"))
}

fn alike(
    wanted: &Value,
    found: &Value,
    bound: &BTreeMap<String, Value>,
    news: &mut BTreeMap<String, Value>,
) -> bool {
    match (wanted, found) {
        (Value::String(text), found) if text == "…" => !found.is_null(),
        (Value::String(text), found) if text.starts_with('$') => {
            let known = bound.get(&text[1..]).or_else(|| news.get(&text[1..]));
            match known {
                Some(known) => known == found,
                None => news.insert(text[1..].to_owned(), found.clone()).is_none(),
            }
        }
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.len() == found.len()
                && wanted.iter().all(|(key, w)| found.get(key).is_some_and(|f| alike(w, f, bound, news)))
        }
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(w, f)| alike(w, f, bound, news))
        }
        (wanted, found) => wanted == found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wanted: &str, found: &str, expect: bool) {
        let (wanted, found) = (values(wanted), values(found));
        let mut news = BTreeMap::new();
        assert_eq!(alike(&wanted[0], &found[0], &BTreeMap::new(), &mut news), expect);
    }

    #[test]
    fn an_answer_must_be_as_the_page_says_but_for_what_it_leaves_open() {
        check(r#"{"a": 1, "b": "…"}"#, r#"{"a": 1, "b": "x"}"#, true);
        check(r#"{"a": 1, "b": "…"}"#, r#"{"a": 1}"#, false);
        check(r#"{"a": 1}"#, r#"{"a": 1, "b": 2}"#, false);
        check(r#"["$X", "$X"]"#, r#"["k", "k"]"#, true);
        check(r#"["$X", "$X"]"#, r#"["k", "l"]"#, false);
        check(r#"["1"]"#, "[1]", false);
    }

    #[test]
    fn a_page_is_read_block_by_block() {
        let page = "# Top\n```sh\nx=1\n```\n## Sub\ntext\n```sh\necho $x\n```\n```json\n1\n```\n";
        let session = |heading: &str, typed: &str, answers: Option<&str>| Session {
            heading: heading.to_owned(),
            typed: typed.to_owned(),
            answers: answers.map(|json| Answers::Json(json.to_owned())),
        };
        let expect = [session("Top", "x=1\n", None), session("Sub", "echo $x\n", Some("1\n"))];
        assert_eq!(sessions(page), expect);
    }
}
