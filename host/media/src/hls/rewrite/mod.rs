//! Rewrites a source's playlist for all viewers of a stream: every address in it becomes one of ours,
//! only tags that we know stay, and a long live window is cut. What an address becomes is asked of
//! the caller.

mod in_force;
mod tags;
#[cfg(test)]
mod tests;

use super::pass::Wanted;
use super::template::Template;
use super::window::Window;
use in_force::InForce;
use quick_m3u8::custom_parsing::line::parse;
use quick_m3u8::tag::KnownTag;
use quick_m3u8::tag::hls::{Byterange, Define, DiscontinuitySequence, MediaSequence, Tag};
use quick_m3u8::{HlsLine, Writer};
use std::borrow::Cow;
use std::collections::HashMap;
use tags::{AS_THEY_ARE, OF_SEGMENTS, READ};
use url::Url;

/// More addresses than any player reads of one playlist that has an end.
const MAX_ADDRESSES: usize = 16_384;

/// Why a playlist is not handed on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It does not begin with `#EXTM3U`.
    NoPlaylist,
    /// A line that says where something is, or which number it has, cannot be read.
    BadTag(String),
    /// It names something that is not an http address.
    ForeignAddress,
    /// It names an address that does not fit into one of ours.
    LongAddress,
    /// It uses a variable that it does not define.
    UnknownVariable,
    /// It names more addresses than players read.
    TooLong,
}

/// A playlist as it is handed on.
pub(super) struct Rewritten {
    pub(super) template: Template,
    /// The address of the variant with the most bits, where it is a playlist of variants.
    pub(super) best: Option<String>,
}

/// Rewrites every address, resolved against `base`; `ours` gives none for one that is too long.
pub(super) fn rewrite(text: &str, base: &Url, ours: impl Fn(&Wanted) -> Option<String>) -> Result<Rewritten, Unfit> {
    let text = text.trim_start_matches('\u{feff}');
    if !text.starts_with("#EXTM3U") || text.contains(Template::HOLE) {
        return Err(Unfit::NoPlaylist);
    }
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut rewriter = Rewriter {
        base,
        ours,
        window: Window::of(lines()),
        out: Writer::new(Vec::with_capacity(text.len())),
        variables: HashMap::new(),
        segments: 0,
        addresses: 0,
        variant: None,
        best: None,
        is_numbered: false,
        in_force: InForce::default(),
    };
    for line in lines() {
        let line = rewriter.resolved(line)?;
        rewriter.line(&line)?;
    }
    let template = String::from_utf8(rewriter.out.into_inner()).map_err(|_| Unfit::NoPlaylist)?;
    Ok(Rewritten { template: Template::new(template), best: rewriter.best.map(|(_, address)| address) })
}

struct Rewriter<'b, F> {
    base: &'b Url,
    ours: F,
    window: Window,
    out: Writer<Vec<u8>>,
    variables: HashMap<String, String>,
    /// Segments that were passed.
    segments: usize,
    /// Addresses that were rewritten.
    addresses: usize,
    /// The next line is the address of a variant with this bandwidth, in bits per second.
    variant: Option<u64>,
    best: Option<(u64, String)>,
    /// The number of the first segment was there.
    is_numbered: bool,
    in_force: InForce,
}

impl<F: Fn(&Wanted) -> Option<String>> Rewriter<'_, F> {
    /// A line with its variables filled in.
    fn resolved<'l>(&self, line: &'l str) -> Result<Cow<'l, str>, Unfit> {
        let mut rest = line;
        let mut out = String::new();
        while let Some((before, after)) = rest.split_once("{$") {
            let (name, after) = after.split_once('}').ok_or(Unfit::UnknownVariable)?;
            out.push_str(before);
            out.push_str(self.variables.get(name).ok_or(Unfit::UnknownVariable)?);
            rest = after;
        }
        if out.is_empty() && rest.len() == line.len() {
            return Ok(Cow::Borrowed(line));
        }
        Ok(Cow::Owned(out + rest))
    }

    fn line(&mut self, line: &str) -> Result<(), Unfit> {
        let parsed = parse(line, &READ).map_err(|_| bad(line))?.parsed;
        match parsed {
            HlsLine::Uri(address) => self.address(&address),
            HlsLine::KnownTag(KnownTag::Hls(tag)) => self.tag(tag, line),
            // It has no address itself, so it may lack what the format's rules ask for.
            HlsLine::UnknownTag(tag) if tag.name() == "-X-STREAM-INF" => {
                self.variant = Some(0);
                self.raw(line);
                Ok(())
            }
            // One of ours that cannot be read: its address would be left as it is.
            HlsLine::UnknownTag(tag) if tag.validation_error().is_some() => Err(bad(line)),
            HlsLine::UnknownTag(tag) => {
                self.as_it_is(tag.name(), line);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn is_skipping(&self) -> bool {
        self.segments < self.window.skip
    }

    fn as_it_is(&mut self, name: &str, line: &str) {
        let is_cut = self.window.skip > 0;
        match name {
            "-X-BITRATE" if self.is_skipping() => self.in_force.bitrate = Some(line.to_owned()),
            _ if self.is_skipping() && OF_SEGMENTS.contains(&name) => {}
            // It would promise that nothing ever leaves the playlist.
            "-X-PLAYLIST-TYPE" if is_cut => {}
            _ if AS_THEY_ARE.contains(&name) => self.raw(line),
            _ => {}
        }
    }

    fn raw(&mut self, line: &str) {
        self.out.get_mut().extend_from_slice(line.as_bytes());
        self.out.get_mut().push(b'\n');
    }

    fn tag(&mut self, tag: Tag<'_>, line: &str) -> Result<(), Unfit> {
        match tag {
            Tag::Define(define) => self.define(&define),
            Tag::MediaSequence(tag) => {
                self.is_numbered = true;
                self.put(MediaSequence::new(tag.media_sequence().saturating_add(self.window.skip as u64)))?;
            }
            Tag::DiscontinuitySequence(tag) => {
                // Said anew where the window begins, if anything is left out.
                let breaks = tag.discontinuity_sequence().saturating_add(std::mem::take(&mut self.window.breaks));
                self.put(DiscontinuitySequence::new(breaks))?;
            }
            Tag::Key(key) if self.is_skipping() => self.in_force.keep(&key, line),
            Tag::Map(_) if self.is_skipping() => self.in_force.map = Some(line.to_owned()),
            Tag::Byterange(range) => self.byterange(range)?,
            Tag::Key(mut key) => {
                if let Some(address) = key.uri().map(|address| self.bytes(address)).transpose()? {
                    key.set_uri(address);
                }
                self.put(key)?;
            }
            Tag::Map(mut map) => {
                let address = self.bytes(map.uri())?;
                map.set_uri(address);
                self.put(map)?;
            }
            Tag::Media(mut media) => {
                if let Some(address) = media.uri().map(|address| self.playlist(address)).transpose()? {
                    media.set_uri(address);
                }
                self.put(media)?;
            }
            Tag::IFrameStreamInf(mut variant) => {
                let address = self.playlist(variant.uri())?;
                variant.set_uri(address);
                self.put(variant)?;
            }
            Tag::StreamInf(variant) => {
                self.variant = Some(variant.bandwidth());
                self.raw(line);
            }
            _ => {}
        }
        Ok(())
    }

    fn put<'t>(&mut self, tag: impl Into<HlsLine<'t>>) -> Result<(), Unfit> {
        self.out.write_line(tag.into()).map_err(|_| Unfit::NoPlaylist).map(|_| ())
    }

    fn define(&mut self, define: &Define<'_>) {
        if let (Some(name), Some(value)) = (define.name(), define.value()) {
            self.variables.insert(name.to_owned(), value.to_owned());
        } else if let Some(name) = define.queryparam()
            && let Some((_, value)) = self.base.query_pairs().find(|(known, _)| known == name)
        {
            self.variables.insert(name.to_owned(), value.into_owned());
        }
    }

    fn byterange(&mut self, mut range: Byterange<'_>) -> Result<(), Unfit> {
        let first = range.offset().unwrap_or(self.in_force.offset);
        self.in_force.offset = first.saturating_add(range.length());
        if self.is_skipping() {
            return Ok(());
        }
        if self.window.skip > 0 && self.segments == self.window.skip {
            // The range that it goes on from is left out.
            range.set_offset(first);
        }
        self.put(range)
    }

    /// A line that is not a tag: a variant, or a segment.
    fn address(&mut self, address: &str) -> Result<(), Unfit> {
        if let Some(bandwidth) = self.variant.take() {
            let ours = self.playlist(address)?;
            if self.best.as_ref().is_none_or(|(most, _)| bandwidth > *most) {
                self.best = Some((bandwidth, self.joined(address)?));
            }
            self.raw(&ours);
            return Ok(());
        }
        let is_skipped = self.is_skipping();
        self.segments += 1;
        if !is_skipped {
            let ours = self.bytes(address)?;
            self.raw(&ours);
        } else if !self.is_skipping() {
            self.begin_window()?;
        }
        Ok(())
    }

    /// Says what holds for the first segment that is handed on.
    fn begin_window(&mut self) -> Result<(), Unfit> {
        if !std::mem::replace(&mut self.is_numbered, true) {
            self.put(MediaSequence::new(self.window.skip as u64))?;
        }
        if self.window.breaks > 0 {
            self.put(DiscontinuitySequence::new(self.window.breaks))?;
        }
        let InForce { keys, map, bitrate, .. } = &mut self.in_force;
        let keys = std::mem::take(keys).into_iter().map(|(_, line)| line);
        let lines: Vec<String> = keys.chain(map.take()).chain(bitrate.take()).collect();
        lines.iter().try_for_each(|line| self.line(line))
    }

    fn joined(&self, address: &str) -> Result<String, Unfit> {
        let url = self.base.join(address).map_err(|_| Unfit::ForeignAddress)?;
        // What is not fetched through us would lead players past the panel.
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Unfit::ForeignAddress);
        }
        Ok(url.into())
    }

    fn bytes(&mut self, address: &str) -> Result<String, Unfit> {
        let wanted = Wanted::Bytes(self.joined(address)?);
        self.ours(&wanted)
    }

    fn playlist(&mut self, address: &str) -> Result<String, Unfit> {
        let wanted = Wanted::Playlist(self.joined(address)?);
        self.ours(&wanted)
    }

    fn ours(&mut self, wanted: &Wanted) -> Result<String, Unfit> {
        self.addresses += 1;
        if self.addresses > MAX_ADDRESSES {
            return Err(Unfit::TooLong);
        }
        (self.ours)(wanted).ok_or(Unfit::LongAddress)
    }
}

fn bad(line: &str) -> Unfit {
    Unfit::BadTag(line.split(':').next().unwrap_or(line).chars().take(40).collect())
}
