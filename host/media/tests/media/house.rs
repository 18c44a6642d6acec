//! What every test of this binary builds its media from, and how captures are judged.

use crate::air::Air;
use crate::origin::Plain;
use bytes::Bytes;
use futures_util::{Stream as _, StreamExt};
use hmac::{Hmac, Mac as _};
use host_core::port::{Clock, Keyring, Library, NoLibrary};
use host_core::secret::{Mac, Sealed, Secret};
use host_core::stream::Stream;
use host_core::time::Unix;
use host_core::{LineId, StreamId, TenantId};
use host_media::{Detect, Media, MediaOptions, Timing, Viewer};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// The bundled clip: 4.8 s, a key frame every 1.2 s.
pub(crate) const CLIP: &[u8] = include_bytes!("../../assets/clip.ts");
pub(crate) const TENANT: TenantId = TenantId(1);
/// Longer than anything here takes; reached only when something hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

struct Wall(Instant);

impl Clock for Wall {
    fn now(&self) -> Unix {
        Unix(SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() as i64)
    }
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Signs as the panel's own keyring does; lines are not its business here.
struct Signing;

impl Keyring for Signing {
    fn seal(&self, _: TenantId, _: LineId, _: &Secret) -> Sealed {
        Sealed::default()
    }
    fn open(&self, _: TenantId, _: LineId, _: &Sealed) -> Option<Secret> {
        None
    }
    fn seal_field(&self, _: TenantId, _: &str, _: u32, _: &Secret) -> Sealed {
        Sealed::default()
    }
    fn open_field(&self, _: TenantId, _: &str, _: u32, _: &Sealed) -> Option<Secret> {
        None
    }
    fn mac(&self, tenant: TenantId, purpose: &str, text: &[u8]) -> Mac {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(format!("{tenant}/{purpose}").as_bytes()).unwrap();
        mac.update(text);
        Mac(mac.finalize().into_bytes().into())
    }
}

/// Times short enough to see what they do.
pub(crate) fn quick() -> Timing {
    Timing {
        linger: Duration::from_millis(200),
        stall: PATIENCE,
        open: Duration::from_secs(5),
        begin: PATIENCE,
        return_after: Duration::from_secs(60),
        give_up: Duration::from_millis(800),
        back_off: Duration::from_millis(100),
        segment: Duration::from_secs(2),
        segmenter_linger: Duration::from_millis(500),
    }
}

pub(crate) fn media(timing: Timing, ffmpeg: Detect, media_root: Option<PathBuf>) -> Arc<Media> {
    with_profiles(timing, ffmpeg, media_root, Arc::new(NoLibrary))
}

#[expect(clippy::disallowed_methods, reason = "the tests wait in real time")]
pub(crate) fn with_profiles(
    timing: Timing,
    ffmpeg: Detect,
    media_root: Option<PathBuf>,
    library: Arc<dyn Library>,
) -> Arc<Media> {
    let (fetch, clock, keyring) = (Arc::new(Plain), Arc::new(Wall(Instant::now())), Arc::new(Signing));
    let (receive, mark) = (Arc::new(Air), None);
    Media::new(MediaOptions { fetch, receive, clock, keyring, media_root, ffmpeg, mark, library, timing })
}

pub(crate) fn stream(id: u32, sources: &[String]) -> Stream {
    Stream {
        id: StreamId(id),
        name: "Channel".into(),
        sources: sources.iter().map(|url| url.as_str().into()).collect(),
        ..Stream::default()
    }
}

/// Waits for something that must come true.
#[expect(clippy::disallowed_methods, reason = "the tests wait in real time")]
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}: this never came true");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The next bytes of a viewer.
pub(crate) async fn next(viewer: &mut Viewer) -> Option<Bytes> {
    tokio::time::timeout(PATIENCE, viewer.next()).await.expect("the viewer hangs")
}

/// Reads at least this many bytes from a viewer.
pub(crate) async fn read(viewer: &mut Viewer, count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < count {
        bytes.extend(next(viewer).await.expect("the viewer ended early"));
    }
    bytes
}

/// What is there already, without waiting.
pub(crate) async fn ready(viewer: &mut Viewer) -> usize {
    let mut count = 0;
    std::future::poll_fn(|context| {
        while let std::task::Poll::Ready(Some(bytes)) = std::pin::Pin::new(&mut *viewer).poll_next(context) {
            count += bytes.len();
        }
        std::task::Poll::Ready(())
    })
    .await;
    count
}

/// Everything until the channel ends.
pub(crate) async fn rest(viewer: &mut Viewer) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(piece) = next(viewer).await {
        bytes.extend(piece);
    }
    bytes
}

pub(crate) fn begins_with_tables(bytes: &[u8]) -> bool {
    bytes.len().is_multiple_of(188) && bytes[0] == 0x47 && bytes[1] & 0x1f == 0 && bytes[2] == 0
}

/// Whether ffmpeg is installed. On a newcomer's machine tests that need it say so and pass; where
/// `CI` is set it has been installed, and its absence fails them.
pub(crate) fn has_ffmpeg() -> bool {
    let found = Command::new("ffmpeg").arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        assert!(std::env::var_os("CI").is_none(), "ffmpeg is missing, and nothing here would be tested");
        eprintln!("ffmpeg is not installed: this test checks nothing here");
    }
    found
}

/// Runs ffmpeg in a folder and gives what it complained about.
pub(crate) fn ffmpeg(folder: &std::path::Path, arguments: &str) -> String {
    let mut command = Command::new("ffmpeg");
    command.args("-nostdin -v error -y".split(' ')).args(arguments.split_whitespace()).current_dir(folder);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stderr).unwrap()
}

/// A recording with B-frames and sound of this many seconds, with a key frame each second.
pub(crate) fn recording(folder: &std::path::Path, seconds: u32) -> Vec<u8> {
    ffmpeg(
        folder,
        &format!(
            "-f lavfi -t {seconds} -i testsrc2=size=320x180:rate=25 -f lavfi -t {seconds} -i sine=frequency=440 \
             -c:v libx264 -preset veryfast -bf 2 -g 25 -keyint_min 25 -sc_threshold 0 -pix_fmt yuv420p -c:a aac -f mpegts r.ts"
        ),
    );
    std::fs::read(folder.join("r.ts")).unwrap()
}

/// Decodes a capture whole and gives every complaint, and how many pictures it has.
pub(crate) fn decode(capture: &[u8]) -> (String, usize) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("capture.ts"), capture).unwrap();
    let complaints = ffmpeg(folder.path(), "-err_detect explode -i capture.ts -f null -");
    let counted = Command::new("ffprobe")
        .args("-v error -select_streams v -count_frames -show_entries stream=nb_read_frames -of csv=p=0".split(' '))
        .arg(folder.path().join("capture.ts"))
        .output()
        .unwrap();
    let pictures =
        String::from_utf8_lossy(&counted.stdout).lines().find_map(|line| line.trim().trim_matches(',').parse().ok());
    (complaints, pictures.unwrap_or(0))
}
