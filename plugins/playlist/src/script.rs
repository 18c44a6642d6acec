//! Shell scripts that receivers run to fetch their list again and again.

/// A script of a receiver.
pub(crate) struct Script {
    /// The list that it fetches.
    pub(crate) list: &'static str,
    /// The name under which it is kept.
    pub(crate) file: &'static str,
    /// What it does with the list, which is in `$new`.
    then: &'static str,
}

/// Puts the list beside those there are, names it where they are named, and has them read again.
const ENIGMA: &str = "\
list=userbouquet.linecard__tv_.tv
mv \"$new\" \"/etc/enigma2/$list\"
if ! grep -q \"$list\" /etc/enigma2/bouquets.tv 2>/dev/null; then
    echo \"#SERVICE 1:7:1:0:0:0:0:0:0:0:FROM BOUQUET \\\"$list\\\" ORDER BY bouquet\" >> /etc/enigma2/bouquets.tv
fi
wget -q -O /dev/null 'http://127.0.0.1/web/servicelistreload?mode=0'
";

const OCTAGON: &str = "\
mv \"$new\" /var/freetvplus/internettv.feed
chmod 644 /var/freetvplus/internettv.feed
";

/// By the word that receivers ask with.
pub(crate) fn of(word: &str) -> Option<Script> {
    Some(match word {
        "enigma216_script" => Script { list: "enigma16", file: "iptv.sh", then: ENIGMA },
        "enigma22_script" => Script { list: "dreambox", file: "iptv.sh", then: ENIGMA },
        "octagon_script" => Script { list: "octagon", file: "iptv", then: OCTAGON },
        _ => return None,
    })
}

/// Appends the script. The address has no character that means something between single quotes.
pub(crate) fn write(out: &mut String, script: &Script, address: &str) {
    out.push_str("#!/bin/sh\nset -e\nnew=$(mktemp)\nwget -q -O \"$new\" '");
    out.push_str(address);
    out.push_str("'\n");
    out.push_str(script.then);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_fetches_the_list_of_its_receiver_and_is_one() {
        for (word, list) in
            [("enigma216_script", "enigma16"), ("enigma22_script", "dreambox"), ("octagon_script", "octagon")]
        {
            let script = of(word).unwrap();
            let mut text = String::new();
            write(&mut text, &script, "http://h:80/get.php?username=a%27b&type=x");
            assert_eq!(script.list, list);
            assert!(text.contains("wget -q -O \"$new\" 'http://h:80/get.php?username=a%27b&type=x'\n"), "{text}");
            let checked = std::process::Command::new("sh").args(["-n", "-c", &text]).status().unwrap();
            assert!(checked.success(), "{text}");
        }
        assert!(of("m3u").is_none());
    }
}
