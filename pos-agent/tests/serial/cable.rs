//! A serial cable, played by a pseudo-terminal.

use std::{fs::File, path::PathBuf};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// A serial scanner's end of the cable, and the path of the other end.
pub(crate) fn pseudo_terminal() -> (File, PathBuf) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let path = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    (File::from(ours), PathBuf::from(path))
}
