//! Guests that say what they were told: of the call, as one JSON document, and of the calling line, as lines of text.
//! Nothing in them is escaped: what tests send has no quotes and no backslashes, but in JSON.

use super::{Guest, data};

/// The instruction that makes the mirror of the call. It leaves the address and the length of its text.
pub const CALL: &str = "(call $call_mirror (local.get $action) (local.get $action_len)
    (local.get $parameters) (local.get $parameters_len))";
/// The instruction that makes the mirror of the calling line, likewise; of a caller that is none, an empty one.
pub const LINE: &str = "(call $line_mirror)";

/// All that can be known of a call.
const CALL_TEXT: &str = concat!(
    r#"{"surface":"<surface>","action":"<action>","asked":"<asked>","parameters":<parameters>,"#,
    r#""does":{"id":<id>,"fields":<fields>},"settings":<settings>,"#,
    r#""caller":{"role":"<role>","user":<user>,"line":<line>},"request":{"id":"<request>","scheme":"<scheme>","#,
    r#""host":"<host>","port":<port>,"address":"<address>","agent":"<agent>","now":<now>},"dry_run":<dry_run>}"#
);
const CALL_IMPORTS: &[&str] = &[
    r#"(import "linecard:base/base@0.1.0" "caller" (func $caller (param i32)))"#,
    r#"(import "linecard:base/base@0.1.0" "request" (func $request (param i32)))"#,
    r#"(import "linecard:base/base@0.1.0" "settings" (func $settings (param i32)))"#,
    r#"(import "linecard:base/base@0.1.0" "instead-of" (func $instead_of (param i32)))"#,
    r#"(import "linecard:base/base@0.1.0" "arguments" (func $arguments (param i32)))"#,
    r#"(import "linecard:base/base@0.1.0" "dry-run" (func $dry_run (result i32)))"#,
    r#"(import "linecard:base/base@0.1.0" "now" (func $now (result i32)))"#,
];

/// All that `lines.mine` tells; of outputs and offsets, how many there are.
const LINE_TEXT: &str = "id <id>\nusername <username>\npassword <password>\nstatus <status>\nexpiry <expiry>\n\
    trial <trial>\ncreated <created>\nactive <active>\nmax <max>\noutputs <outputs>\nserver <server>\n\
    message <message>\nzone <zone>\noffsets <offsets>\nfar <far>\ndays <days>\nhttps <https>\nhttp <http>\n";
const LINE_IMPORTS: &[&str] = &[r#"(import "linecard:lines/lines@0.1.0" "mine" (func $mine (param i32)))"#];

/// A text under way, from 16384 to `$here`.
const SAYING: &str = "
    (global $here (mut i32) (i32.const 0))
    (func $begin (global.set $here (i32.const 16384)))
    (func $end (result i32 i32) (i32.const 16384) (i32.sub (global.get $here) (i32.const 16384)))
    (func $say (param $at i32) (param $len i32)
      (memory.copy (global.get $here) (local.get $at) (local.get $len))
      (global.set $here (i32.add (global.get $here) (local.get $len))))
    (func $say_text (param $pair i32) (call $say (i32.load (local.get $pair)) (i32.load offset=4 (local.get $pair))))
    (func $say_number (param $number i32)
      (if (i32.gt_u (local.get $number) (i32.const 9))
        (then (call $say_number (i32.div_u (local.get $number) (i32.const 10)))))
      (i32.store8 (global.get $here) (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
      (global.set $here (i32.add (global.get $here) (i32.const 1))))";

impl Guest {
    /// With what [`CALL`] needs; twice is like once.
    pub fn with_call_mirror(self) -> Guest {
        let mut texts = Texts { at: 6_400, fields: String::new() };
        let text = texts.filled(CALL_TEXT, of_call);
        let mirror = format!(
            "(func $call_mirror (param $action i32) (param $action_len i32) (param $parameters i32)
               (param $parameters_len i32) (result i32 i32) (local $slash i32)
               (loop $next
                 (local.set $slash (i32.add (local.get $slash) (i32.const 1)))
                 (br_if $next (i32.ne (i32.const 47) (i32.load8_u (i32.add (local.get $action) (local.get $slash))))))
               (call $caller (i32.const 6144)) (call $request (i32.const 6176)) (call $settings (i32.const 6240))
               (call $instead_of (i32.const 6256)) (call $arguments (i32.const 6272))
               (call $begin) {text} (call $end))"
        );
        self.mirroring(CALL_IMPORTS, texts.fields + &mirror)
    }

    /// With what [`LINE`] needs, but for the manifest's word on `lines`; twice is like once.
    pub fn with_line_mirror(self) -> Guest {
        let mut texts = Texts { at: 7_296, fields: String::new() };
        let text = texts.filled(LINE_TEXT, of_line);
        let mirror = format!(
            "(func $line_mirror (result i32 i32)
               (call $mine (i32.const 7168)) (call $begin)
               (if (i32.eqz (i32.load8_u (i32.const 7168))) (then {text}))
               (call $end))"
        );
        self.mirroring(LINE_IMPORTS, texts.fields + &mirror)
    }

    /// With imports and fields that it does not have yet.
    fn mirroring(self, imports: &[&str], fields: String) -> Guest {
        let lacking = imports.iter().filter(|import| !self.imports.contains(**import)).copied();
        let imports = lacking.chain([self.imports]).collect::<Vec<_>>().join("\n");
        let lacking = [SAYING, &fields].into_iter().filter(|fields| !self.fields.contains(*fields));
        let fields = lacking.chain([self.fields.as_str()]).collect::<Vec<_>>().join("\n");
        Guest { imports: imports.leak(), fields, ..self }
    }
}

/// Where the records of `linecard:base` lie: `caller` at 6144, `request` at 6176, `settings` at 6240, `instead-of` at
/// 6256, `arguments` at 6272.
fn of_call(texts: &mut Texts, word: &str) -> String {
    match word {
        "surface" => "(call $say (local.get $action) (local.get $slash))".to_owned(),
        "action" => "(call $say (i32.add (local.get $action) (i32.add (local.get $slash) (i32.const 1)))
            (i32.sub (local.get $action_len) (i32.add (local.get $slash) (i32.const 1))))"
            .to_owned(),
        "asked" => format!("(if (i32.load8_u (i32.const 6256)) (then {}))", text(6_260)),
        "parameters" => "(call $say (local.get $parameters) (local.get $parameters_len))".to_owned(),
        "id" => number("i32.load", 6_272),
        "fields" => text(6_276),
        "settings" => text(6_240),
        "role" => texts.one_of(&["stranger", "line", "reseller", "admin"], "(i32.load8_u (i32.const 6144))"),
        "user" => texts.number_or_null(6_148),
        "line" => texts.number_or_null(6_156),
        "request" => text(6_176),
        "scheme" => texts.one_of(&["http", "https"], "(i32.load8_u (i32.const 6184))"),
        "host" => text(6_188),
        "port" => number("i32.load16_u", 6_196),
        "address" => text(6_200),
        "agent" => text(6_208),
        "now" => "(call $say_number (call $now))".to_owned(),
        "dry_run" => texts.one_of(&["false", "true"], "(call $dry_run)"),
        _ => panic!("nothing is known of {word}"),
    }
}

/// `mine-facts` lie at 7172, behind the tag.
fn of_line(texts: &mut Texts, word: &str) -> String {
    match word {
        "id" => number("i32.load", 7_172),
        "username" => text(7_176),
        "password" => text(7_184),
        "status" => texts.one_of(&["active", "banned", "disabled", "expired"], "(i32.load8_u (i32.const 7192))"),
        "expiry" => texts.number_or_null(7_196),
        "trial" => number("i32.load8_u", 7_204),
        "created" => number("i32.load", 7_208),
        "active" => number("i32.load", 7_212),
        "max" => number("i32.load", 7_216),
        "outputs" => number("i32.load", 7_224),
        "server" => text(7_228),
        "message" => text(7_236),
        "zone" => text(7_244),
        "offsets" => number("i32.load", 7_256),
        "far" => number("i32.load8_u", 7_260),
        "days" => number("i32.load8_u", 7_261),
        "https" => number("i32.load16_u", 7_262),
        "http" => number("i32.load16_u", 7_264),
        _ => panic!("nothing is known of {word}"),
    }
}

fn text(pair: u32) -> String {
    format!("(call $say_text (i32.const {pair}))")
}

fn number(load: &str, at: u32) -> String {
    format!("(call $say_number ({load} (i32.const {at})))")
}

/// Texts in memory, one behind the other.
struct Texts {
    /// Where the next one comes.
    at: u32,
    fields: String,
}

impl Texts {
    /// Says this text.
    fn say(&mut self, text: &str) -> String {
        let at = self.at;
        self.at += u32::try_from(text.len()).unwrap();
        self.fields += &data(at, text);
        format!("(call $say (i32.const {at}) (i32.const {}))", text.len())
    }

    /// Says one of these words, by its number.
    fn one_of(&mut self, words: &[&str], number: &str) -> String {
        let say = |(index, word)| format!("(if (i32.eq {number} (i32.const {index})) (then {}))", self.say(word));
        words.iter().copied().enumerate().map(say).collect()
    }

    /// Says the number of an `option` at this place, or `null`.
    fn number_or_null(&mut self, at: u32) -> String {
        let (number, null) = (number("i32.load", at + 4), self.say("null"));
        format!("(if (i32.load8_u (i32.const {at})) (then {number}) (else {null}))")
    }

    /// Says this text, with what `part` says in place of its words in `<>`.
    fn filled(&mut self, text: &str, part: impl Fn(&mut Texts, &str) -> String) -> String {
        let (first, rest) = text.split_once('<').unwrap();
        let mut code = self.say(first);
        for piece in rest.split('<') {
            let (word, behind) = piece.split_once('>').unwrap();
            code += &part(self, word);
            code += &self.say(behind);
        }
        code
    }
}
