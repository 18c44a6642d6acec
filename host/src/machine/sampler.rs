//! What the system tells of the machine: its load since the last look, at most one look a second.

use host_core::port::{Clock, Load, Process};
use parking_lot::Mutex;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use sysinfo::{Networks, Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// Load are of at least so long a time.
const EACH: Duration = Duration::from_secs(1);

/// Looks at the machine.
pub(super) struct Sampler {
    clock: Arc<dyn Clock>,
    last: Mutex<Sample>,
}

/// None of a part is one that the system does not tell of; its numbers are 0.
struct Sample {
    system: Option<System>,
    networks: Option<Networks>,
    at: Duration,
    load: Load,
}

impl Sampler {
    /// Load are from here on.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Sampler {
        let (mut system, at) = (System::new().ok(), clock.monotonic());
        if let Some(system) = &mut system {
            system.refresh_cpu_usage();
        }
        let networks = Networks::new_with_refreshed_list().ok();
        let last = Mutex::new(Sample { system, networks, at, load: Load::default() });
        Sampler { clock, last }
    }

    /// How busy the machine was since the last look; without the disk. Blocks.
    pub(super) fn load(&self) -> Load {
        let now = self.clock.monotonic();
        let mut last = self.last.lock();
        let passed = now.saturating_sub(last.at);
        // The first look is behind the start.
        if passed >= EACH || last.load.seconds == 0 {
            last.look(passed.max(Duration::from_millis(1)));
            last.at = now;
        }
        last.load.clone()
    }

    /// The addresses of all interfaces, without those that lead nowhere. Blocks.
    pub(super) fn addresses(&self) -> Vec<IpAddr> {
        let Ok(networks) = Networks::new_with_refreshed_list() else { return Vec::new() };
        let all = networks.values().flat_map(|network| network.ip_networks().iter().map(|network| network.addr));
        let mut found: Vec<_> = all.filter(|address| !address.is_loopback() && !address.is_unspecified()).collect();
        // Those of IPv4 first, as scripts expect.
        found.sort_by_key(|address| (address.is_ipv6(), *address));
        found.dedup();
        found
    }
}

impl Sample {
    fn look(&mut self, passed: Duration) {
        let mut load = Load { seconds: System::uptime().unwrap_or_default().max(1), ..Load::default() };
        if let Some(system) = &mut self.system {
            system.refresh_cpu_usage();
            system.refresh_memory();
            let (total, used) = (system.total_memory(), system.used_memory());
            load.cpu = system.global_cpu_usage().clamp(0.0, 100.0);
            load.memory = if total == 0 { 0.0 } else { (used as f64 * 100.0 / total as f64) as f32 };
        }
        if let Some(networks) = &mut self.networks {
            networks.refresh(true);
            let a_second = |bytes: u64| (bytes as f64 / passed.as_secs_f64()) as u64;
            load.received = a_second(networks.values().map(|network| network.received()).sum());
            load.sent = a_second(networks.values().map(|network| network.transmitted()).sum());
        }
        self.load = load;
    }
}

/// Our own process, and then its children by their numbers. Blocks.
pub(super) fn processes() -> Vec<Process> {
    let own = Pid::from_u32(std::process::id());
    let Ok(mut system) = System::new() else { return Vec::new() };
    let what = ProcessRefreshKind::nothing().with_cpu().with_memory().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
    let all = system.processes().iter().filter(|(pid, process)| **pid == own || process.parent() == Some(own));
    let mut found: Vec<_> = all.map(|(pid, process)| shown(*pid, *pid == own, process)).collect();
    found.sort_by_key(|process| (!process.own, process.pid));
    found
}

fn shown(pid: Pid, own: bool, process: &sysinfo::Process) -> Process {
    let seconds = process.run_time();
    let worked = process.accumulated_cpu_time() as f64 / 1_000.0;
    Process {
        pid: pid.as_u32(),
        name: process.name().to_string_lossy().into_owned(),
        own,
        cpu: (worked * 100.0 / seconds.max(1) as f64) as f32,
        memory: process.memory(),
        seconds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::time::Unix;
    use std::process::{Command, Stdio};

    /// A clock that stands.
    struct Still;

    impl Clock for Still {
        fn now(&self) -> Unix {
            Unix(0)
        }

        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }
    }

    #[test]
    fn a_machine_has_figures_in_their_bounds() {
        let sampler = Sampler::new(Arc::new(Still));
        let load = sampler.load();
        assert!((0.0..=100.0).contains(&load.cpu) && (0.0..=100.0).contains(&load.memory), "{load:?}");
        assert!(load.memory > 0.0 && load.seconds > 0, "{load:?}");
        assert!(sampler.addresses().iter().all(|address| !address.is_loopback()));
    }

    #[test]
    fn our_own_process_comes_first_and_its_children_behind_it() {
        let mut child = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
        let found = processes();
        let (first, others) = found.split_first().unwrap();
        assert!(first.own && first.pid == std::process::id() && first.memory > 0);
        let known = others.iter().find(|process| process.pid == child.id()).unwrap();
        assert_eq!((known.name.as_str(), known.own), ("sleep", false), "without what it was called with");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
