//! Films that ffmpeg makes for tests, and what ffprobe finds in what was captured.

use crate::panel::TestPanel;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// A film below the media folder: its name, width and height, seconds.
pub fn film(name: &str, size: (u32, u32), seconds: u32) -> String {
    let folder = TestPanel::shared().panel.config.media.root.clone().unwrap();
    std::fs::create_dir_all(&folder).unwrap();
    let (width, height) = size;
    let arguments = format!(
        "-nostdin -v error -y -f lavfi -t {seconds} -i testsrc2=s={width}x{height}:r=25 -f lavfi -t {seconds} -i sine \
         -c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p -c:a aac {name}"
    );
    let made = Command::new("ffmpeg").args(arguments.split_whitespace()).current_dir(folder).status();
    assert!(made.expect("this test needs ffmpeg").success());
    format!("file:{name}")
}

/// What ffprobe answers about a capture.
fn probed(capture: &[u8], arguments: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture.ts");
    std::fs::write(&path, capture).unwrap();
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args("-v error -of csv=p=0".split(' ')).args(arguments.split_whitespace()).arg(Path::new(&path));
    let output = ffprobe.output().expect("this test needs ffprobe");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.trim_matches(',').to_owned()).filter(|line| !line.is_empty()).collect()
}

/// The codecs in a capture.
pub fn codecs(capture: &[u8]) -> BTreeSet<String> {
    probed(capture, "-show_entries stream=codec_name").into_iter().collect()
}

/// The widths of its pictures, one for each run of pictures that have the same.
pub fn widths(capture: &[u8]) -> Vec<u32> {
    let frames = probed(capture, "-select_streams v -show_entries frame=width");
    let mut widths: Vec<u32> = frames.iter().map(|width| width.parse().unwrap()).collect();
    widths.dedup();
    widths
}

/// Its pictures' times in seconds, as they are to be shown.
pub fn times(capture: &[u8]) -> Vec<f64> {
    let frames = probed(capture, "-select_streams v -show_entries frame=best_effort_timestamp_time");
    frames.iter().filter_map(|time| time.parse().ok()).collect()
}
