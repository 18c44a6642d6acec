//! Files that somebody made to hurt, and files that are merely odd: each one is read, refused
//! or left out in part, and none of them brings the parser down.
#![allow(clippy::unwrap_used)]

use flate2::{Compression, write::GzEncoder};
use host_core::import::{GuideItem, ImportError, Skipped};
use host_import::{Limits, Text, m3u, xmltv};
use std::io::{Cursor, Read, Write};

const SMALL: Limits = Limits { bytes: 1_000_000, ratio: 100 };

fn text(bytes: &[u8], limits: Limits) -> Result<Text, ImportError> {
    Text::from_reader(Cursor::new(bytes.to_vec()), limits)
}

fn read(bytes: &[u8]) -> String {
    let mut read = String::new();
    text(bytes, SMALL).unwrap().read_to_string(&mut read).unwrap();
    read
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The first error of a guide; none when it was read to its end.
fn guide_error(xml: impl Into<Vec<u8>>) -> Option<ImportError> {
    let (whole, rest): (Vec<_>, Vec<_>) = match text(&xml.into(), Limits::default()) {
        Ok(text) => xmltv::items(text).partition(Result::is_ok),
        Err(error) => (vec![], vec![Err(error)]),
    };
    assert!(whole.len() < 100_000 && rest.len() < 2, "nothing follows an error");
    rest.into_iter().next().and_then(Result::err)
}

fn is_malformed(error: &Option<ImportError>) -> bool {
    matches!(error, Some(ImportError::Malformed { format: "XML", .. }))
}

fn is_limit(error: &Option<ImportError>, part: &str) -> bool {
    matches!(error, Some(ImportError::Limit { limit, .. }) if limit.contains(part))
}

#[test]
fn every_common_encoding_comes_out_as_utf_8() {
    let list = "#EXTINF:-1,RTÉ\nhttp://h/a\n";
    let utf_16 = |bytes: fn(u16) -> [u8; 2]| list.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let marked = |mark: &[u8], text: &[u8]| [mark, text].concat();
    let latin_1: Vec<u8> = list.chars().map(|c| c as u8).collect();
    for (what, bytes) in [
        ("UTF-8", list.as_bytes().to_vec()),
        ("UTF-8 with mark", marked(b"\xef\xbb\xbf", list.as_bytes())),
        ("UTF-16LE with mark", marked(b"\xff\xfe", &utf_16(u16::to_le_bytes))),
        ("UTF-16BE with mark", marked(b"\xfe\xff", &utf_16(u16::to_be_bytes))),
        ("UTF-16LE", utf_16(u16::to_le_bytes)),
        ("UTF-16BE", utf_16(u16::to_be_bytes)),
        ("Latin-1", latin_1),
    ] {
        assert_eq!(read(&bytes), list, "{what}");
        assert_eq!(read(&packed(&bytes)), list, "{what}, packed");
    }
}

#[test]
fn xml_is_read_in_the_encoding_that_it_declares() {
    let xml = |label: &str, name: &[u8]| {
        let head = format!("<?xml version='1.0' encoding = \"{label}\"?><tv><channel id='a'><display-name>");
        [head.as_bytes(), name, b"</display-name></channel></tv>"].concat()
    };
    let name = |bytes: &[u8]| match xmltv::items(text(bytes, SMALL).unwrap()).next() {
        Some(Ok(Ok(GuideItem::Channel(channel)))) => channel.name,
        other => panic!("{other:?}"),
    };
    assert_eq!(name(&xml("ISO-8859-1", b"RT\xc9")), "RTÉ");
    assert_eq!(name(&xml("iso-8859-2", b"\xd3\xe8ko")), "Óčko");
    assert_eq!(name(&xml("windows-1251", b"\xcd\xd2\xc2")), "НТВ");
    assert_eq!(name(&xml("UTF-8", "Óčko".as_bytes())), "Óčko");
    assert_eq!(name(&xml("utf-16", "Óčko".as_bytes())), "Óčko", "no file in UTF-16 can be read byte by byte");
    let utf_16 = String::from_utf8(xml("UTF-16", "Óčko".as_bytes())).unwrap();
    assert_eq!(name(&utf_16.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>()), "Óčko");
    let unknown = guide_error(xml("EBCDIC-\u{7}-42", b"A"));
    assert!(is_malformed(&unknown) && !unknown.unwrap().to_string().contains('\u{7}'));
}

#[test]
fn a_gzip_bomb_is_stopped_at_the_ratio_and_a_large_file_at_the_size() {
    let error = |bytes: &[u8], limits| {
        let mut read =
            text(bytes, limits).and_then(|text| m3u::entries(text).find_map(Result::err).map_or(Ok(()), Err));
        read.as_mut().err().cloned()
    };
    let zeros = packed(&vec![b'\n'; 20_000_000]);
    assert!(is_limit(&error(&zeros, Limits::default()), "ratio of 100:1"));
    let wide = Limits { bytes: 1_000_000, ratio: u64::MAX };
    assert!(is_limit(&error(&zeros, wide), "size of 1000000 bytes"));
    assert!(is_limit(&error(&vec![b'\n'; 1_000_001], SMALL), "size of 1000000 bytes"));
    assert_eq!(error(&vec![b'\n'; 1_000_000], SMALL), None);
    assert_eq!(error(&packed(&[b'\n'; 60_000]), SMALL), None, "a short file is no bomb");
    assert!(is_limit(&error(&packed(&vec![b'\n'; 20_000_000]), Limits { bytes: u64::MAX, ratio: 0 }), "ratio"));
}

#[test]
fn a_packed_file_that_is_cut_short_is_an_error_and_its_members_are_one_file() {
    let list: String = (0..500).map(|n| format!("http://h/{n}\n")).collect();
    let whole = packed(list.as_bytes());
    let cut: Vec<_> = m3u::entries(text(&whole[..whole.len() / 2], SMALL).unwrap_or_else(|e| panic!("{e}"))).collect();
    assert!(matches!(cut.last(), Some(Err(ImportError::Io(_)))));
    let twice = [packed(b"http://h/a\n"), packed(b"http://h/b\n")].concat();
    assert_eq!(m3u::entries(text(&twice, SMALL).unwrap()).flatten().flatten().count(), 2);
}

#[test]
fn lines_of_a_megabyte_are_counted_and_the_list_goes_on() {
    let long = "x".repeat(1_000_000);
    let list = format!("#EXTM3U\n#EXTINF:-1,{long}\nhttp://h/a\nhttp://h/{long}\n{long}\n#{long}\nhttp://h/b\n");
    let read: Vec<_> = m3u::entries(list.as_bytes()).map(Result::unwrap).collect();
    assert_eq!(read.len(), 4);
    assert!(read[..3].iter().all(|entry| matches!(entry, Err(out) if out.reason == Skipped::TooLong)));
    assert_eq!(read[3].as_ref().unwrap().url, "http://h/b");
}

#[test]
fn noise_is_left_out_and_nothing_breaks() {
    // A linear congruence: the same noise in each run.
    let mut state = 42_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    for _ in 0..200 {
        let bytes: Vec<u8> = (0..2_000).map(|_| noise()).collect();
        if let Ok(text) = text(&bytes, SMALL) {
            assert!(m3u::entries(text).flatten().all(|entry| entry.is_err()));
        }
        let xml = [b"<tv><channel id='a'>".as_slice(), &bytes].concat();
        assert!(guide_error(xml).is_some());
    }
}

#[test]
fn a_document_type_is_passed_over_when_named_and_refused_when_written_out() {
    for named in [
        r#"<!DOCTYPE tv SYSTEM "http://127.0.0.1:1/xmltv.dtd"><tv/>"#,
        r#"<!DOCTYPE tv SYSTEM 'file:///etc/passwd[x]'><tv/>"#,
        r#"<?xml version="1.0"?><!DOCTYPE tv PUBLIC "-//X//EN" "xmltv.dtd"> <tv></tv>"#,
        "<!DOCTYPE tv><tv/>",
    ] {
        assert_eq!(guide_error(named), None, "{named}");
    }
    for written in [
        r#"<!DOCTYPE tv [<!ENTITY a "b">]><tv/>"#,
        r#"<!DOCTYPE tv [ <!ENTITY % p SYSTEM "file:///etc/passwd"> %p; ]><tv/>"#,
        r#"<!DOCTYPE tv SYSTEM "x" []><tv/>"#,
        r#"<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><tv>&lol2;</tv>"#,
        r#"<!ENTITY a "b"><tv/>"#,
    ] {
        assert!(is_malformed(&guide_error(written)), "{written}");
    }
}

#[test]
fn entities_that_xml_does_not_define_are_refused() {
    for text in ["&xxe;", "&nbsp;", "&", "&#0;", "&#x110000;", "&#xD800;", "a & b"] {
        let in_text = format!("<tv><channel id='a'><display-name>{text}</display-name></channel></tv>");
        assert!(is_malformed(&guide_error(in_text)), "{text} in text");
        let in_attribute = format!("<tv><channel id='{text}'/></tv>");
        assert!(is_malformed(&guide_error(in_attribute)), "{text} in an attribute");
    }
    assert_eq!(guide_error("<tv><channel id='&lt;&#65;&#x42;&quot;&apos;&gt;&amp;'>&lt;&#65;</channel></tv>"), None);
}

#[test]
fn broken_xml_is_an_error_that_names_the_line() {
    for broken in [
        "",
        " ",
        "x",
        "<",
        "<tv",
        "<tv>",
        "<tv><channel id='a'></tv>",
        "<tv></tv",
        "<tv/><tv/>",
        "<html></html>",
        "<tv><channel id=a/></tv>",
        "<tv><channel id='a' id='b'/></tv>",
        "<tv><channel id></tv>",
        "</tv>",
        "<tv><![CDATA[</tv>",
        "<tv><!-- </tv>",
        "<tv><programme channel='a'><title>T</programme></tv>",
    ] {
        assert!(is_malformed(&guide_error(broken)), "{broken:?}: {:?}", guide_error(broken));
    }
    let line = |xml: &str| match guide_error(xml) {
        Some(ImportError::Malformed { line, .. }) => line,
        other => panic!("{other:?}"),
    };
    assert_eq!(line("<tv>\n\n<channel id='a'>\n</tv>"), 4);
    assert!(guide_error(format!("<tv></{}>", "y".repeat(100_000))).unwrap().to_string().len() < 400);
}

#[test]
fn an_import_may_move_between_threads() {
    fn moves<T: Send>(_: T) {}
    moves(m3u::entries(text(b"", SMALL).unwrap()));
    moves(xmltv::items(text(b"", SMALL).unwrap()));
}

#[test]
fn what_came_before_an_error_was_whole() {
    let items: Vec<_> = xmltv::items("<tv><channel id='a'/><channel id='b'>".as_bytes()).collect();
    assert!(matches!(items.as_slice(), [Ok(Ok(GuideItem::Channel(_))), Err(ImportError::Malformed { .. })]));
}

#[test]
fn each_limit_of_xml_holds_exactly() {
    let nested = |depth: usize| format!("<tv>{}{}</tv>", "<a>".repeat(depth - 1), "</a>".repeat(depth - 1));
    assert_eq!(guide_error(nested(64)), None);
    assert!(is_limit(&guide_error(nested(65)), "depth of 64"));

    let attributes = |count: usize| {
        let all: String = (0..count).map(|n| format!(" a{n}='{n}'")).collect();
        format!("<tv><channel{all}/></tv>")
    };
    assert_eq!(guide_error(attributes(64)), None);
    assert!(is_limit(&guide_error(attributes(65)), "64 attributes"));

    let attribute = |bytes: usize| format!("<tv><x a='{}'/></tv>", "v".repeat(bytes));
    assert_eq!(guide_error(attribute(64 * 1024)), None);
    assert!(is_limit(&guide_error(attribute(64 * 1024 + 1)), "attribute of 64 KiB"));

    let text = |bytes: usize| format!("<tv><x>{}&amp;</x></tv>", "v".repeat(bytes - 1));
    assert_eq!(guide_error(text(1024 * 1024)), None);
    assert!(is_limit(&guide_error(text(1024 * 1024 + 1)), "text of 1 MiB"));
}

#[test]
fn text_in_pieces_and_large_markup_are_limited_too() {
    let channel = |inside: String| format!("<tv><channel id='a'><display-name>{inside}</display-name></channel></tv>");
    let piece = "v".repeat(400_000);
    assert!(is_limit(&guide_error(channel(format!("{piece}<!-- -->").repeat(3))), "text of 1 MiB"));
    assert!(is_limit(&guide_error(channel(format!("{piece}<b/>").repeat(3))), "text of 1 MiB"));
    assert!(is_limit(&guide_error(channel(format!("<![CDATA[{piece}]]>").repeat(3))), "text of 1 MiB"));
    for large in [
        format!("<tv><!-- {} --></tv>", "v".repeat(6_000_000)),
        format!("<tv><?x {} ?></tv>", "v".repeat(6_000_000)),
        format!("<tv><x a='{}'/></tv>", "v".repeat(6_000_000)),
        format!("<!DOCTYPE tv SYSTEM '{}'><tv/>", "v".repeat(6_000_000)),
        format!("<tv><{}/></tv>", "v".repeat(6_000_000)),
    ] {
        assert!(is_limit(&guide_error(large.clone()), "4 MiB"), "{:.20}", large);
    }
    assert!(is_limit(&guide_error(format!("<tv><{}/></tv>", "v".repeat(70_000))), "name of 64 KiB"));
}
