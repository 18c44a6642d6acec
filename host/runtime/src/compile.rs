//! Compiles components: in a child process that can be killed, or in this one for tests.
//! Bytes of a component in, native code out; of a plugin it knows only how large its functions may be.

use crate::limits::FUNCTION_BYTES;
use crate::package::Package;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Wall time of one compilation.
const WALL: Duration = Duration::from_secs(10);
/// CPU seconds of the child; it kills itself should its parent be gone.
const CPU_SECONDS: u64 = 10;
/// Address space of the child.
const MEMORY: u64 = 512 << 20;
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
    #[error("compiling took longer than {} s; make the plugin smaller", WALL.as_secs())]
    TooSlow,
    /// It ended without code: its last words, or the signal that ended it.
    #[error("the component cannot be compiled: {0}")]
    Failed(String),
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
    wall: Duration,
}

impl Compiler {
    /// In this process, until it gets a child. Functions of these plugins may have so many bytes, those of others
    /// the usual number.
    pub(crate) fn new(function_bytes: BTreeMap<String, usize>) -> Compiler {
        Compiler { argv: Vec::new(), environment: Vec::new(), function_bytes, wall: WALL }
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
    pub(crate) async fn compile(&self, component: &[u8]) -> Result<Vec<u8>, CompileError> {
        match self.argv.split_first() {
            None => compile(component),
            Some((program, arguments)) => {
                let mut child = tokio::process::Command::new(program);
                child.args(arguments).env_clear().envs(self.environment.iter().copied());
                match tokio::time::timeout(self.wall, compiled_by(child, component)).await {
                    Ok(answer) => answer,
                    // Dropping the future has killed the child.
                    Err(_) => Err(CompileError::TooSlow),
                }
            }
        }
    }
}

async fn compiled_by(mut child: tokio::process::Command, component: &[u8]) -> Result<Vec<u8>, CompileError> {
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
    let said = String::from_utf8_lossy(&last_words).trim().to_owned();
    Err(CompileError::Failed(if said.is_empty() { status.to_string() } else { said }))
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
/// When a limit cannot be set, the component is no good, or a pipe breaks; the caller prints it
/// and ends with a status other than 0.
pub fn compile_child() -> Result<(), CompileError> {
    for (resource, most) in [(Resource::As, MEMORY), (Resource::Cpu, CPU_SECONDS), (Resource::Core, 0)] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(std::io::Error::from)?;
    }
    let mut component = Vec::new();
    std::io::stdin().take(crate::package::MAX_FILE as u64 + 1).read_to_end(&mut component)?;
    if component.len() > crate::package::MAX_FILE {
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
        let argv = vec!["/bin/sh".into(), "-c".into(), script.into()];
        let compiler =
            Compiler { wall: Duration::from_millis(300), ..Compiler::new(BTreeMap::new()).by(argv, Vec::new()) };
        assert!(matches!(compiler.compile(b"").await, Err(CompileError::TooSlow)));
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

    #[tokio::test]
    async fn a_child_that_fails_is_quoted() {
        let argv = vec!["/bin/sh".into(), "-c".into(), "echo it is too odd >&2; exit 1".into()];
        let failed = Compiler::new(BTreeMap::new()).by(argv, Vec::new()).compile(&[0; 200_000]).await;
        assert!(matches!(failed, Err(CompileError::Failed(words)) if words == "it is too odd"));
    }
}
