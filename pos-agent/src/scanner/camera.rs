//! A camera: a program that streams JPEG pictures to its standard output, by default V4L2's own `v4l2-ctl`.
//!
//! A program and not a library: of the V4L2 crates `v4l` runs bindgen, so that every computer that builds the till needs libclang, and
//! `linux-video` and `rscam` map the camera's memory by unsafe code of their own that few people use. A pipe of JPEG pictures is also
//! what `ffmpeg`, `gst-launch-1.0` and `libcamera-vid` give, for cameras that V4L2 doesn't know.

use std::{
    convert::Infallible,
    io,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use serde::Deserialize;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Command,
    task::spawn_blocking,
};

use super::{Outlet, picture};

/// Bytes that one picture of a stream may have.
pub const FRAME_BYTES_MAX: usize = 8 << 20;
/// How long a code must be out of sight before the same code counts as scanned again.
const OUT_OF_SIGHT: Duration = Duration::from_secs(3);

const START_OF_IMAGE: [u8; 2] = [0xFF, 0xD8];
const END_OF_IMAGE: [u8; 2] = [0xFF, 0xD9];

/// Where a camera is and how to get pictures of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CameraSettings {
    /// The camera, e.g. `/dev/video0`; where it is not there, it is waited for.
    pub device: PathBuf,
    /// Program and arguments that stream JPEG pictures to standard output [default: v4l2-ctl on the device].
    #[serde(default)]
    pub command: Vec<String>,
}

impl CameraSettings {
    fn command(&self) -> Command {
        let mut command = match self.command.split_first() {
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments);
                command
            }
            None => {
                let mut command = Command::new("v4l2-ctl");
                command.arg("--device").arg(&self.device);
                command.args(["--set-fmt-video", "width=1280,height=720,pixelformat=MJPG"]);
                command.args(["--stream-mmap", "--stream-to=-"]);
                command
            }
        };
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        command
    }
}

/// Reads until the camera is gone.
pub(super) async fn read(settings: &CameraSettings, outlet: &Outlet) -> io::Result<Infallible> {
    tokio::fs::metadata(&settings.device).await?;
    let mut program = settings.command().spawn()?;
    let mut stream = Frames::new(program.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
    let mut in_sight: Option<(String, Instant)> = None;
    loop {
        let frame = stream.next().await?;
        outlet.connected();
        // One picture at a time: while it is being read, the stream waits, and what the camera can't hand over it drops.
        let read = spawn_blocking(move || picture::decode_frame(&frame)).await.map_err(io::Error::other)?;
        let Ok(text) = read else { continue };
        let seen = in_sight.take().filter(|(last, at)| *last == text && at.elapsed() < OUT_OF_SIGHT);
        in_sight = Some((text.clone(), Instant::now()));
        if seen.is_none() {
            outlet.give(text).await?;
        }
    }
}

/// JPEG pictures one behind the other. Between SOI and EOI the marker EOI occurs in no entropy-coded data [ITU-T T.81, B.1.1.2];
/// a thumbnail in a header would have one, and no camera's stream has those.
struct Frames<R> {
    from: R,
    bytes: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    fn new(from: R) -> Self {
        Self { from, bytes: Vec::new() }
    }

    async fn next(&mut self) -> io::Result<Vec<u8>> {
        let mut chunk = [0; 1 << 14];
        let mut searched = 0_usize;
        loop {
            match find(&self.bytes, START_OF_IMAGE, 0) {
                Some(start) => {
                    self.bytes.drain(..start);
                    searched = searched.saturating_sub(start).max(2);
                }
                // The marker's first byte may have come already.
                None => {
                    let first = self.bytes.last().copied().filter(|byte| *byte == START_OF_IMAGE[0]);
                    self.bytes.clear();
                    self.bytes.extend(first);
                }
            }
            if let Some(end) = find(&self.bytes, END_OF_IMAGE, searched) {
                let rest = self.bytes.split_off(end + 2);
                return Ok(std::mem::replace(&mut self.bytes, rest));
            }
            searched = self.bytes.len().saturating_sub(1);
            if self.bytes.len() > FRAME_BYTES_MAX {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a picture of the camera has no end"));
            }
            let received = self.from.read(&mut chunk).await?;
            if received == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the camera's program has ended"));
            }
            self.bytes.extend_from_slice(&chunk[..received]);
        }
    }
}

fn find(bytes: &[u8], marker: [u8; 2], from: usize) -> Option<usize> {
    bytes.get(from..)?.windows(2).position(|pair| pair == marker).map(|place| from + place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stream_is_cut_into_its_pictures() {
        let stream: &[u8] = b"noise\xFF\xD8one\xFF\xD9\xFF\xD8two\xFF\x00\xFF\xD9tail\xFF\xD8thr";
        let mut frames = Frames::new(stream);
        assert_eq!(frames.next().await.unwrap(), b"\xFF\xD8one\xFF\xD9");
        assert_eq!(frames.next().await.unwrap(), b"\xFF\xD8two\xFF\x00\xFF\xD9");
        assert_eq!(frames.next().await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
