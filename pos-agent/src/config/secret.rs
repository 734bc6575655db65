//! Keys in files. A key that others on the computer can read is no secret, so such a file is not taken.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use thiserror::Error;

/// A key is shorter than this many bytes.
const SECRET_BYTES_MAX: u64 = 4_096;

/// Why a key's file can't be used.
#[derive(Debug, Error)]
pub enum SecretError {
    /// It can't be read.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Others can read it, or its group can change it.
    #[error("{} is open to others (mode {mode:03o}); chmod 600 it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Nothing in it.
    #[error("{} is empty", .0.display())]
    Empty(PathBuf),
}

/// The key in a file, without the space around it.
pub fn read_secret(path: &Path) -> Result<String, SecretError> {
    let io = |error| SecretError::Io { path: path.to_owned(), error };
    // The permissions are those of the file that is then read, whatever the name leads to later.
    let file = File::open(path).map_err(io)?;
    let mode = mode(&file).map_err(io)?;
    if mode & 0o027 != 0 {
        return Err(SecretError::Open { path: path.to_owned(), mode });
    }
    let mut secret = String::new();
    file.take(SECRET_BYTES_MAX).read_to_string(&mut secret).map_err(io)?;
    match secret.trim() {
        "" => Err(SecretError::Empty(path.to_owned())),
        secret => Ok(secret.to_owned()),
    }
}

#[cfg(unix)]
fn mode(file: &File) -> io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o777)
}

/// Elsewhere the folder's access list guards it.
#[cfg(not(unix))]
fn mode(_: &File) -> io::Result<u32> {
    Ok(0o600)
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn a_key_that_others_can_read_is_not_taken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        fs::write(&path, "osk_terminal_T1001_secret\n").unwrap();
        let check = |mode: u32, expect: Option<&str>| {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(read_secret(&path).ok().as_deref(), expect, "{mode:o}");
        };
        for good in [0o600, 0o400, 0o640, 0o440] {
            check(good, Some("osk_terminal_T1001_secret"));
        }
        for open in [0o644, 0o604, 0o660, 0o666, 0o777] {
            check(open, None);
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = read_secret(&path).unwrap_err().to_string();
        assert!(error.ends_with("is open to others (mode 644); chmod 600 it"), "{error}");
    }
}
