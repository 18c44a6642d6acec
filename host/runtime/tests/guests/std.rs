//! A guest as authors write them without thinking of the sandbox: Rust's whole standard library, WASI and all. Returns
//! what it finds around itself; parameters make it panic, exit or print. Built by `tests/wasi.rs` alone.

use std::collections::HashMap;
use std::io::Read;
use std::time::{Duration, Instant, SystemTime};

/// What it has to say of its surroundings, as JSON.
fn look() -> String {
    let begun = Instant::now();
    std::thread::sleep(Duration::from_secs(3_600));
    let slept = begun.elapsed().as_secs();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let mut input = Vec::new();
    let read = std::io::stdin().read_to_end(&mut input).unwrap();
    let folder = std::fs::read_dir("/").map(|_| ()).unwrap_err().kind();
    let file = std::fs::write("/tmp/guest", "x").unwrap_err().kind();
    let socket = std::net::TcpStream::connect("127.0.0.1:80").map(|_| ()).unwrap_err().kind();
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").map(|_| ()).unwrap_err().kind();
    let name = std::net::ToSocketAddrs::to_socket_addrs("localhost:80").is_err();
    let (arguments, variables) = (std::env::args().count(), std::env::vars().count());
    // A hash map takes its seed from the host.
    let words: HashMap<&str, usize> = ["one", "two", "three"].into_iter().zip(0..).collect();
    format!(
        "{{\"now\":{now},\"slept\":{slept},\"read\":{read},\"folder\":\"{folder:?}\",\"file\":\"{file:?}\",\
         \"socket\":\"{socket:?}\",\"udp\":\"{udp:?}\",\"no_name\":{name},\"arguments\":{arguments},\
         \"variables\":{variables},\"words\":{}}}",
        words.len()
    )
}

fn answer(parameters: &str) -> String {
    if parameters.contains("\"panic\"") {
        panic!("the cellar is empty");
    }
    if parameters.contains("\"exit\"") {
        std::process::exit(0);
    }
    if parameters.contains("\"flood\"") {
        (0..100).for_each(|_| println!("{}", "x".repeat(1_000)));
    }
    println!("looking\naround");
    eprint!("half a line");
    look()
}

/// `result<reply, refusal>` in memory, always a success with data and nothing else.
#[repr(C)]
struct Answered {
    tag: u32,
    content: u32,
    text: *const u8,
    length: usize,
    /// Totals, outcome, location, cursor: none.
    rest: [u32; 11],
}

/// # Safety
/// The host passes two strings that it has written into this memory.
#[unsafe(export_name = "linecard:plugin/actions@0.1.0#handle")]
unsafe extern "C" fn handle(_: *mut u8, _: usize, parameters: *mut u8, length: usize) -> *const Answered {
    let parameters = unsafe { String::from_raw_parts(parameters, length, length) };
    let text: &str = answer(&parameters).leak();
    let (text, length) = (text.as_ptr(), text.len());
    Box::leak(Box::new(Answered { tag: 0, content: 0, text, length, rest: [0; 11] }))
}

/// `list<string>` in memory.
#[unsafe(export_name = "linecard:plugin/actions@0.1.0#names")]
extern "C" fn names() -> *const &'static [&'static str] {
    const NAMES: &[&str] = &["probe/go"];
    &NAMES
}
