//! Probe guests: small core modules in WebAssembly text, made into plugin files as an author's tool would.

use linecard_package::ACTIONS_SECTION;
use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, UnresolvedPackageGroup};

#[path = "mirror.rs"]
pub mod mirror;

/// A probe.
#[derive(Clone)]
pub struct Guest {
    pub name: &'static str,
    pub version: &'static str,
    /// Imported functions in text form; what `handle` calls.
    pub imports: &'static str,
    /// Instructions before the host gets memory.
    pub alloc: &'static str,
    /// Further fields of the module: functions, globals, data from 8192 on.
    pub fields: String,
    /// The instructions of `handle`; parameters `$action $action_len $parameters $parameters_len`, result a pointer
    /// as `$ok` and the other functions of [`ANSWERS`] give.
    pub handle: String,
    /// What `names` answers, in its order.
    pub names: Vec<String>,
    /// JSON of the description.
    pub description: serde_json::Value,
    /// Further text of `plugin.toml`.
    pub capabilities: &'static str,
    /// Pages of memory at the start.
    pub pages: u32,
}

/// Data that every reply may have.
pub const REPLY: &str = r#"{"ok":true}"#;

/// What `handle` can answer: the record of `linecard:plugin/actions`, made at 192. `$ok`, `$held`, `$body` and `$refuse`
/// give the pointer to it; the others say more of a reply, before or after that.
const ANSWERS: &str = "
    (func $answered (param $content i32) (param $first i32) (param $second i32) (result i32)
      (i32.store (i32.const 192) (i32.const 0))
      (i32.store (i32.const 196) (local.get $content))
      (i32.store (i32.const 200) (local.get $first))
      (i32.store (i32.const 204) (local.get $second))
      (i32.const 192))
    (func $ok (param $at i32) (param $len i32) (result i32)
      (call $answered (i32.const 0) (local.get $at) (local.get $len)))
    (func $held (param $number i32) (result i32) (call $answered (i32.const 1) (local.get $number) (i32.const 0)))
    (func $body (result i32) (call $body_with (i32.const 0) (i32.const 0)))
    (func $body_with (param $headers i32) (param $count i32) (result i32)
      (call $answered (i32.const 2) (local.get $headers) (local.get $count)))
    (func $totals (param $total i32) (param $matching i32)
      (i32.store (i32.const 208) (i32.const 1)) (i32.store (i32.const 212) (local.get $total))
      (i32.store (i32.const 216) (i32.const 1)) (i32.store (i32.const 220) (local.get $matching)))
    (func $outcome (param $kind i32)
      (i32.store8 (i32.const 224) (i32.const 1)) (i32.store8 (i32.const 225) (local.get $kind)))
    (func $location (param $at i32) (param $len i32)
      (i32.store (i32.const 228) (i32.const 1))
      (i32.store (i32.const 232) (local.get $at)) (i32.store (i32.const 236) (local.get $len)))
    (func $cursor (param $at i32) (param $len i32)
      (i32.store (i32.const 240) (i32.const 1))
      (i32.store (i32.const 244) (local.get $at)) (i32.store (i32.const 248) (local.get $len)))
    (func $refuse (param $code i32) (param $code_len i32) (param $text i32) (param $text_len i32) (result i32)
      (i32.store (i32.const 192) (i32.const 1))
      (i32.store (i32.const 196) (local.get $code)) (i32.store (i32.const 200) (local.get $code_len))
      (i32.store (i32.const 204) (i32.const 0))
      (i32.store (i32.const 216) (local.get $text)) (i32.store (i32.const 220) (local.get $text_len))
      (i32.const 192))";

impl Guest {
    /// A plugin with one surface, its own, and one action on it: `probe/go`.
    pub fn new(handle: impl Into<String>) -> Guest {
        Guest::with_action(handle, serde_json::json!({}))
    }

    /// Likewise, with further fields of the action's description.
    pub fn with_action(handle: impl Into<String>, more: serde_json::Value) -> Guest {
        let mut action = action("probe", "go");
        for (name, value) in more.as_object().unwrap() {
            action[name] = value.clone();
        }
        Guest {
            name: "probe",
            version: "1.0.0",
            imports: "",
            alloc: "",
            fields: String::new(),
            handle: handle.into(),
            names: vec!["probe/go".into()],
            description: serde_json::json!({ "surface": [surface("probe", "/x/probe/{action}")], "action": [action] }),
            capabilities: "",
            pages: 1,
        }
    }

    /// Answers this data, which is JSON.
    pub fn answering(json: &str) -> Guest {
        Guest {
            fields: data(8192, json),
            ..Guest::new(format!("(call $ok (i32.const 8192) (i32.const {}))", json.len()))
        }
    }

    /// The component, without the sections that make it a plugin.
    pub fn component(&self) -> Vec<u8> {
        self.encoded(wat::parse_str(self.text()).unwrap())
    }

    /// A component of another module than the guest's own, for its world.
    pub fn encoded(&self, mut module: Vec<u8>) -> Vec<u8> {
        let (resolve, world) = self.world();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
    }

    /// The plugin file.
    pub fn file(&self) -> Vec<u8> {
        self.sealed(self.component())
    }

    /// A component as this guest's plugin file.
    pub fn sealed(&self, component: Vec<u8>) -> Vec<u8> {
        let description = serde_json::to_vec(&self.description).unwrap();
        let manifest = format!(
            "name = \"{}\"\nversion = \"{}\"\nsummary = \"A probe.\"\n{}",
            self.name, self.version, self.capabilities
        );
        sealed(component, &description, &manifest)
    }

    fn world(&self) -> (Resolve, wit_parser::WorldId) {
        let mut imports: Vec<&str> =
            self.imports.lines().filter_map(|line| line.trim().strip_prefix("(import \"")?.split('"').next()).collect();
        imports.sort_unstable();
        imports.dedup();
        // What a module imports of its own exports is no import of the component.
        let (own, imports): (Vec<&str>, Vec<&str>) = imports.into_iter().partition(|name| name.starts_with("[export]"));
        let own = if own.is_empty() { "" } else { "export things;" };
        let imports: String = imports.iter().map(|name| format!("import {name};\n")).collect();
        let text = format!(
            "package probe:probe;\ninterface things {{ resource thing {{ constructor(); }} }}\n\
             world probe {{ {imports} export linecard:plugin/actions@0.1.0; {own} }}"
        );
        let own = UnresolvedPackageGroup::parse("probe.wit", &text).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("wit"));
        let root = root.into_iter().find(|wit| wit.join("plugin").is_dir()).unwrap();
        let mut packages = vec![UnresolvedPackageGroup::parse("foreign.wit", include_str!("foreign.wit")).unwrap()];
        for entry in std::fs::read_dir(root).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                packages.push(UnresolvedPackageGroup::parse_dir(&path).unwrap());
            }
        }
        let mut resolve = Resolve::default();
        let package = resolve.push_groups(own, packages).unwrap();
        let world = resolve.select_world(&[package], None).unwrap();
        (resolve, world)
    }

    /// Memory: the result of `names` at 16, the text `line` at 32, answers of the host from 64 and from 128, the result of `handle` at 192, the
    /// list of names from 256, their texts from 1024, what [`mirror`] needs from 6144, free use from 8192, the heap (which
    /// never frees, and grows) from 32768.
    fn text(&self) -> String {
        let (mut pairs, mut texts) = (String::new(), String::new());
        for name in &self.names {
            let at = u32::try_from(1024 + texts.len()).unwrap();
            for number in [at, u32::try_from(name.len()).unwrap()] {
                pairs.extend(number.to_le_bytes().map(|byte| format!("\\{byte:02x}")));
            }
            texts.push_str(name);
        }
        let count = self.names.len();
        format!(
            r#"(module
              {imports}
              (memory (export "memory") {pages})
              (global $heap (mut i32) (i32.const 32768))
              (func $alloc (export "cabi_realloc") (param $old i32) (param $old_len i32) (param $align i32) (param $len i32) (result i32)
                (local $at i32)
                {alloc}
                (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
                (global.set $heap (i32.add (local.get $at) (local.get $len)))
                (block $fits (loop $more
                  (br_if $fits (i32.le_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
                  (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (unreachable)))
                  (br $more)))
                (local.get $at))
              {ANSWERS}
              (func (export "linecard:plugin/actions@0.1.0#names") (result i32)
                (i32.store (i32.const 16) (i32.const 256))
                (i32.store (i32.const 20) (i32.const {count}))
                (i32.const 16))
              (func (export "linecard:plugin/actions@0.1.0#handle")
                (param $action i32) (param $action_len i32) (param $parameters i32) (param $parameters_len i32) (result i32)
                (local $n i32) (local $m i32)
                {handle})
              (data (i32.const 32) "line")
              (data (i32.const 256) "{pairs}")
              (data (i32.const 1024) "{texts}")
              {fields})"#,
            imports = self.imports,
            alloc = self.alloc,
            pages = self.pages,
            handle = self.handle,
            fields = self.fields,
        )
    }
}

/// A component with the two sections of a plugin.
pub fn sealed(mut component: Vec<u8>, description: &[u8], manifest: &str) -> Vec<u8> {
    linecard_package::append(&mut component, ACTIONS_SECTION, description);
    linecard_package::seal(&mut component, manifest);
    component
}

/// Text in memory from an address on.
pub fn data(at: u32, text: &str) -> String {
    let bytes: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    format!("(data (i32.const {at}) \"{bytes}\")")
}

/// A list of headers for `$body_with` in memory from an address on, its texts behind it.
pub fn headers(at: u32, headers: &[(&str, &str)]) -> String {
    let mut text_at = at + u32::try_from(headers.len() * 16).unwrap();
    let (mut pairs, mut texts) = (String::new(), String::new());
    for text in headers.iter().flat_map(|(name, value)| [name, value]) {
        let length = u32::try_from(text.len()).unwrap();
        for number in [text_at, length] {
            pairs.extend(number.to_le_bytes().map(|byte| format!("\\{byte:02x}")));
        }
        texts += &data(text_at, text);
        text_at += length;
    }
    format!("(data (i32.const {at}) \"{pairs}\") {texts}")
}

/// A surface's description.
pub fn surface(name: &str, mount: &str) -> serde_json::Value {
    serde_json::json!({ "name": name, "mounts": [{ "path": mount }], "credentials": [{ "kind": "none" }],
        "selector": { "kind": "segment", "name": "action" }, "envelope": {"success": "{data}", "refusal": {"error": "{message}", "request_id": "{request}"}},
        "refusals": { "default": { "http": 400 } } })
}

/// An action's description: it returns an object, and everyone may call it.
pub fn action(surface: &str, name: &str) -> serde_json::Value {
    serde_json::json!({ "surface": surface, "name": name, "summary": "A probe.",
        "roles": ["stranger", "line", "reseller", "admin"], "reply": { "shape": "any" } })
}
