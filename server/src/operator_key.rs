//! The operator's key: written into the data folder at the first start, readable by its owner alone.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{
    app::App, auth::NewKey, clock::Surroundings, engine::decide::enrol::RotateKey, model::Holder,
    running::ServeError, store::Store,
};

/// The file in the data folder that holds the operator's key.
pub const OPERATOR_KEY_FILE: &str = "operator.key";

/// Makes the key where there is none. The file comes first, so that no key is in force that nobody has.
pub(crate) async fn ensure(app: &App, data_dir: &Path) -> Result<(), ServeError> {
    if app.directory.key_hash(Holder::Operator)?.is_some() {
        return Ok(());
    }
    let key = NewKey::of(app.outside.random_bytes());
    write(data_dir, &key.text(Holder::Operator))?;
    let command = RotateKey { holder: Holder::Operator, key_hash: key.hash };
    app.engine.run(command).await.map_err(|error| ServeError::Other(error.to_string()))
}

/// Replaces the operator's key, and gives the new one. No server may run on a file, since it is opened here; servers on a PostgreSQL
/// hear of it.
pub fn rotate_operator_key(store: Store, outside: &Surroundings) -> Result<String, ServeError> {
    let Store { mut writer, data_dir, .. } = store;
    let holder = Holder::Operator;
    let key = NewKey::of(outside.random_bytes());
    let text = key.text(Holder::Operator);
    write(&data_dir, &text)?;
    writer.replace_key(holder, &key.hash)?;
    Ok(text)
}

fn write(data_dir: &Path, key: &str) -> Result<(), ServeError> {
    let path = data_dir.join(OPERATOR_KEY_FILE);
    replace(&path, key).map_err(|error| ServeError::OperatorKey { path: path.display().to_string(), error })
}

/// Whole or not at all, also when the machine stops in between.
fn replace(path: &PathBuf, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    fs::rename(&new, path)
}
