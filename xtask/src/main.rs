//! The one program behind every developer command.
fn main() {}
