//! Compiles components: in a child process that can be killed, or in this one for tests.
//! Bytes of a component in, native code out; of a plugin it knows only how large its functions may be, and whether
//! it came with the host.

use crate::limits::FUNCTION_BYTES;
use crate::log::one_line;
use crate::package::Package;
use crate::package_error::QUOTED;
use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What one compilation may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompileLimits {
    /// Seconds of wall time, and of processor time in the child.
    pub seconds: u64,
    /// MiB of address space of the child.
    pub mebibytes: u64,
}

impl Default for CompileLimits {
    /// 10 s and 512 MiB.
    fn default() -> CompileLimits {
        CompileLimits { seconds: 10, mebibytes: 512 }
    }
}

impl CompileLimits {
    /// For a plugin that came with the host: it is trusted, and without it there is no panel, however slow or busy
    /// the machine is.
    fn for_shipped(self) -> CompileLimits {
        CompileLimits { seconds: self.seconds.max(600), mebibytes: self.mebibytes.max(2_048) }
    }

    /// The variables that tell the child.
    fn told(self) -> [(&'static str, String); 2] {
        [(SECONDS, self.seconds.to_string()), (MEBIBYTES, self.mebibytes.to_string())]
    }

    /// As the child was told; the usual ones where it was not.
    fn heard() -> CompileLimits {
        let number = |name| std::env::var(name).ok()?.parse().ok();
        let usual = CompileLimits::default();
        CompileLimits {
            seconds: number(SECONDS).unwrap_or(usual.seconds),
            mebibytes: number(MEBIBYTES).unwrap_or(usual.mebibytes),
        }
    }
}

const SECONDS: &str = "LINECARD_COMPILE_SECONDS";
const MEBIBYTES: &str = "LINECARD_COMPILE_MEBIBYTES";
/// Largest native code that is taken from a child.
const MAX_CODE: u64 = 256 << 20;

/// Why there is no native code.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The child could not be started or talked to.
    #[error("the compile process cannot run: {0}")]
    Process(#[from] std::io::Error),
    /// A function is too large; the compiler's work grows faster than a function.
    #[error(
        "it has a function of {found} bytes; at most {most} are compiled: split it, or allow more with \
         `function_bytes` in [plugins.limits.{plugin}] of the configuration"
    )]
    LargeFunction {
        /// The plugin's name.
        plugin: String,
        /// Bytes of its largest function.
        found: usize,
        /// Bytes that are allowed.
        most: usize,
    },
    /// It took too long.
    #[error(
        "compiling it takes more than {0} s; make the plugin smaller or split its functions, or allow more with \
         `compile_seconds` in [plugins] of the configuration"
    )]
    TooSlow(u64),
    /// It took too much memory.
    #[error(
        "compiling it takes more than {0} MiB of memory; split its largest functions, or allow more with \
         `compile_mebibytes` in [plugins] of the configuration"
    )]
    TooMuchMemory(u64),
    /// It ended without code: its last words, or the signal that ended it.
    #[error("the component cannot be compiled: {0}")]
    Failed(String),
}

impl CompileError {
    /// Whether the machine was in the way, and not the component.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, CompileError::Process(_) | CompileError::TooSlow(_))
    }
}

/// How to compile.
#[derive(Debug, Clone)]
pub(crate) struct Compiler {
    /// The child's program and arguments; empty compiles in this process.
    argv: Vec<OsString>,
    /// The child's whole environment.
    environment: Vec<(&'static str, &'static str)>,
    /// Plugins whose functions may be larger or must be smaller than usual.
    function_bytes: BTreeMap<String, usize>,
    limits: CompileLimits,
}

impl Compiler {
    /// In this process, until it gets a child. `function_bytes` says how large the functions of some plugins may be;
    /// those of others have the usual limit.
    pub(crate) fn new(function_bytes: BTreeMap<String, usize>, limits: CompileLimits) -> Compiler {
        Compiler { argv: Vec::new(), environment: Vec::new(), function_bytes, limits }
    }

    /// By this child, with this environment and no other; by this process when `argv` is empty.
    pub(crate) fn by(self, argv: Vec<OsString>, environment: Vec<(&'static str, &'static str)>) -> Compiler {
        Compiler { argv, environment, ..self }
    }

    /// Whether a plugin's functions are small enough.
    pub(crate) fn admit(&self, package: &Package) -> Result<(), CompileError> {
        let plugin = &package.manifest.name;
        let most = self.function_bytes.get(plugin).copied().unwrap_or(FUNCTION_BYTES);
        if package.largest_function > most {
            let (plugin, found) = (plugin.clone(), package.largest_function);
            return Err(CompileError::LargeFunction { plugin, found, most });
        }
        Ok(())
    }

    /// The native code of a component.
    pub(crate) async fn compile(&self, component: &[u8], shipped: bool) -> Result<Vec<u8>, CompileError> {
        let limits = if shipped { self.limits.for_shipped() } else { self.limits };
        match self.argv.split_first() {
            None => compile(component),
            Some((program, arguments)) => {
                let mut child = tokio::process::Command::new(program);
                child.args(arguments).env_clear().envs(self.environment.iter().copied()).envs(limits.told());
                let wall = Duration::from_secs(limits.seconds);
                match tokio::time::timeout(wall, compiled_by(child, component, limits)).await {
                    Ok(answer) => answer,
                    // Dropping the future has killed the child.
                    Err(_) => Err(CompileError::TooSlow(limits.seconds)),
                }
            }
        }
    }
}

async fn compiled_by(
    mut child: tokio::process::Command,
    component: &[u8],
    limits: CompileLimits,
) -> Result<Vec<u8>, CompileError> {
    child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.kill_on_drop(true).spawn()?;
    let (Some(mut input), Some(output), Some(words)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(CompileError::Failed("its pipes are missing".into()));
    };
    let (mut code, mut last_words) = (Vec::new(), Vec::new());
    let give = async {
        // A child that refuses the input says why on its error output; that is what counts.
        let _ = input.write_all(component).await;
        drop(input);
    };
    let (mut output, mut words) = (output.take(MAX_CODE), words.take(4_096));
    let (_, code_read, _) = tokio::join!(give, output.read_to_end(&mut code), words.read_to_end(&mut last_words));
    code_read?;
    let status = child.wait().await?;
    if status.success() {
        return Ok(code);
    }
    Err(why(&String::from_utf8_lossy(&last_words), status, limits))
}

/// Why a child ended without code. What it says when memory or time ends is for the makers of compilers.
fn why(words: &str, status: ExitStatus, limits: CompileLimits) -> CompileError {
    let signal = status.signal().and_then(Signal::from_named_raw);
    let out_of_memory = ["memory allocation of", "out of memory", "cannot allocate memory"];
    if out_of_memory.iter().any(|sign| words.to_ascii_lowercase().contains(sign)) {
        return CompileError::TooMuchMemory(limits.mebibytes);
    }
    match signal {
        Some(Signal::XCPU | Signal::KILL) => CompileError::TooSlow(limits.seconds),
        _ if words.trim().is_empty() => CompileError::Failed(status.to_string()),
        _ => CompileError::Failed(one_line(words.trim(), QUOTED)),
    }
}

/// Compiles in this process.
fn compile(component: &[u8]) -> Result<Vec<u8>, CompileError> {
    let failed = |error: wasmtime::Error| CompileError::Failed(format!("{error:#}"));
    let engine = crate::engine::for_compiling().map_err(failed)?;
    engine.precompile_component(component).map_err(failed)
}

/// The whole life of a compile child: limits itself, reads a component from standard input,
/// writes its native code to standard output. The host's binary calls it for the arguments it
/// put into [`crate::Options::compiler`].
///
/// # Errors
/// When a limit cannot be set, the component is not valid, or a pipe breaks; the caller prints it and ends
/// with a status other than 0.
pub fn compile_child() -> Result<(), CompileError> {
    let limits = CompileLimits::heard();
    let memory = limits.mebibytes.saturating_mul(1 << 20);
    for (resource, most) in [(Resource::As, memory), (Resource::Cpu, limits.seconds), (Resource::Core, 0)] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(std::io::Error::from)?;
    }
    let mut component = Vec::new();
    std::io::stdin().take(crate::package_error::MAX_FILE as u64 + 1).read_to_end(&mut component)?;
    if component.len() > crate::package_error::MAX_FILE {
        return Err(CompileError::Failed("the component is too large".into()));
    }
    let code = compile(&component)?;
    let mut output = std::io::stdout().lock();
    output.write_all(&code)?;
    output.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_child_that_takes_too_long_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("pid");
        let script = format!("echo $$ > {}; exec sleep 1000", note.display());
        let compiler = by_shell(&script, CompileLimits { seconds: 1, ..CompileLimits::default() });
        let refused = compiler.compile(b"", false).await.unwrap_err();
        assert!(matches!(refused, CompileError::TooSlow(1)), "{refused}");
        let pid = std::fs::read_to_string(note).unwrap();
        let stat = format!("/proc/{}/stat", pid.trim());
        // Gone, or a zombie until the executor reaps it.
        let ended = || std::fs::read_to_string(&stat).map_or(true, |state| state.contains(") Z "));
        for _ in 0..200 {
            if ended() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the child still runs");
    }

    fn by_shell(script: &str, limits: CompileLimits) -> Compiler {
        let argv = vec!["/bin/sh".into(), "-c".into(), script.into()];
        Compiler::new(BTreeMap::new(), limits).by(argv, Vec::new())
    }

    #[tokio::test]
    async fn a_child_that_fails_is_quoted() {
        let compiler = by_shell("echo it is too odd >&2; exit 1", CompileLimits::default());
        let failed = compiler.compile(&[0; 200_000], false).await;
        assert!(matches!(failed, Err(CompileError::Failed(words)) if words == "it is too odd"));
    }

    #[tokio::test]
    async fn a_limit_of_the_compiler_is_told_in_a_sentence_with_what_to_do() {
        let usual = CompileLimits::default();
        for (script, word) in [
            ("echo 'memory allocation of 11016 bytes failed' >&2; kill -ABRT $$", "512 MiB"),
            ("kill -XCPU $$", "10 s"),
        ] {
            let refused = by_shell(script, usual).compile(b"", false).await.unwrap_err().to_string();
            assert!(refused.contains(word) && refused.contains("[plugins]"), "{refused}");
            assert!(!refused.contains("11016"), "{refused}");
        }
    }

    #[tokio::test]
    async fn a_shipped_plugin_may_take_as_long_as_a_slow_machine_needs() {
        let limits = CompileLimits { seconds: 1, mebibytes: 64 };
        let compiler = by_shell("sleep 2; echo -n $LINECARD_COMPILE_SECONDS", limits);
        assert_eq!(compiler.compile(b"", true).await.unwrap(), b"600");
    }
}
