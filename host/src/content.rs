//! What the demo panel shows: channels, movies, a series, a guide. Data only.

/// A live channel of the demo: name, source, guide channel, category.
pub(crate) struct Channel {
    /// Shown name.
    pub(crate) name: &'static str,
    /// Test picture.
    pub(crate) source: &'static str,
    /// Guide channel.
    pub(crate) guide: &'static str,
    /// Category.
    pub(crate) category: &'static str,
}

/// The live channels.
pub(crate) const CHANNELS: &[Channel] = &[
    Channel { name: "Campus News", source: "test:news", guide: "news.campus", category: "News" },
    Channel { name: "Campus Sport", source: "test:sport", guide: "sport.campus", category: "Sport" },
    Channel { name: "Lecture Hall 1", source: "test:lecture", guide: "hall1.campus", category: "Education" },
    Channel { name: "Lobby", source: "test:lobby", guide: "lobby.campus", category: "Education" },
    Channel { name: "Harbour Camera", source: "test:harbour", guide: "harbour.campus", category: "News" },
];

/// A movie of the demo: name, year, plot.
pub(crate) struct Movie {
    /// Shown name.
    pub(crate) name: &'static str,
    /// Year of release.
    pub(crate) year: &'static str,
    /// What happens.
    pub(crate) plot: &'static str,
}

/// The movies; each is a copy of the bundled clip.
pub(crate) const MOVIES: &[Movie] = &[
    Movie { name: "Safety Film", year: "2024", plot: "How to leave the building, calmly." },
    Movie { name: "Welcome to the Campus", year: "2025", plot: "A walk from the gate to the library." },
    Movie { name: "The Making of a Test Picture", year: "2023", plot: "Seven bars and a tone." },
];

/// A series of the demo: its episodes are one season, with name and plot.
pub(crate) struct Series {
    /// Shown name.
    pub(crate) name: &'static str,
    /// Year of release.
    pub(crate) year: &'static str,
    /// What happens.
    pub(crate) plot: &'static str,
    /// Name and plot of each.
    pub(crate) episodes: &'static [(&'static str, &'static str)],
}

/// The series; each episode is a copy of the bundled clip.
pub(crate) const SERIES: Series = Series {
    name: "Corridors",
    year: "2025",
    plot: "Two people look for room 101.",
    episodes: &[("The Ground Floor", "It is not there."), ("The Other Wing", "It is there, and locked.")],
};

/// Titles that the demo's guide repeats, an hour each.
pub(crate) const PROGRAMMES: &[(&str, &str)] = &[
    ("Morning round", "What the day brings."),
    ("The long answer", "One question, one hour."),
    ("Notice board", "Everything that hangs on it."),
    ("Repeat", "In case you missed it."),
    ("Open microphone", "Whoever comes, speaks."),
    ("Night bars", "Seven of them, with a tone."),
];

/// A guide of all channels from some hours ago to two days ahead, as XMLTV.
pub(crate) fn guide(now: host_core::time::Unix) -> String {
    use std::fmt::Write as _;
    let first_hour = now.0 - now.0.rem_euclid(3_600) - 6 * 3_600;
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<tv>\n");
    for channel in CHANNELS {
        let _ =
            writeln!(text, "<channel id=\"{}\"><display-name>{}</display-name></channel>", channel.guide, channel.name);
    }
    for (index, channel) in CHANNELS.iter().enumerate() {
        for hour in 0..54_i64 {
            let start = first_hour + hour * 3_600;
            let (title, about) = PROGRAMMES[(hour as usize + index) % PROGRAMMES.len()];
            let _ = writeln!(
                text,
                "<programme start=\"{}\" stop=\"{}\" channel=\"{}\"><title lang=\"en\">{title}</title><desc lang=\"en\">{about}</desc></programme>",
                stamp(start),
                stamp(start + 3_600),
                channel.guide
            );
        }
    }
    text.push_str("</tv>\n");
    text
}

fn stamp(seconds: i64) -> String {
    let (year, month, day) = host_core::time::civil_from_days(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    format!("{year:04}{month:02}{day:02}{:02}{:02}{:02} +0000", second / 3_600, second / 60 % 60, second % 60)
}
