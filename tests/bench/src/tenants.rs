//! Many tenants that write: plans a second over 400 databases, against the same plans over 50.

use crate::cpu;
use crate::report::Report;
use host_core::bouquet::Bouquet;
use host_core::object::Object;
use host_core::plan::{Change, Database, Plan};
use host_core::port::Store;
use host_core::tenant::{Quotas, Tenant};
use host_core::time::Unix;
use host_core::{BouquetId, TenantId, Version};
use host_store::{Opened, Options, open};
use std::time::{Duration, Instant};

/// Plans of one turn.
const PLANS: u32 = 4_000;
/// Plans that wait at a time.
const IN_FLIGHT: usize = 64;
const MANY: u32 = 400;
const FEW: u32 = 50;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folders = (tempfile::tempdir()?, tempfile::tempdir()?);
    let many = Tenants::make(&folders.0.path().join("data"), MANY)?;
    let few = Tenants::make(&folders.1.path().join("data"), FEW)?;
    let (mut of_many, mut of_few) = (Vec::new(), Vec::new());
    report.compare(
        "a plan of one of 400 tenants",
        "a plan of one of 50",
        None,
        || many.write(&mut of_many),
        || few.write(&mut of_few),
    )?;
    let (of_many, of_few) = (crate::report::median(of_many), crate::report::median(of_few));
    report.note(format!(
        "{MANY} tenants writing in turns: {of_many:.0} plans/s, {FEW}: {of_few:.0}, a ratio of {:.2} (goal: 0.5).",
        of_many / of_few
    ));
    Ok(())
}

/// A store with its tenants.
struct Tenants {
    opened: Opened,
    tenants: u32,
    written: std::cell::Cell<u32>,
}

impl Tenants {
    fn make(data: &std::path::Path, tenants: u32) -> anyhow::Result<Tenants> {
        let opened = open(data, Options::default())?;
        for id in 1..=tenants {
            wait(opened.store.commit(Database::Control, insert(Object::Tenant(tenant(id)))))?;
        }
        Ok(Tenants { opened, tenants, written: 0.into() })
    }

    /// Each plan goes to the next tenant. The answer: CPU by plan.
    fn write(&self, rates: &mut Vec<f64>) -> anyhow::Result<Duration> {
        let (before, begin, first) = (cpu::of_this_process(), Instant::now(), self.written.get() + 1);
        let plans: Vec<u32> = (first..first + PLANS).collect();
        for group in plans.chunks(IN_FLIGHT) {
            let plan = |number: &u32| {
                let database = Database::Tenant(TenantId(number % self.tenants + 1));
                self.opened.store.commit(database, insert(Object::Bouquet(bouquet(*number))))
            };
            for answer in group.iter().map(plan).collect::<Vec<_>>() {
                wait(answer)?;
            }
        }
        self.written.set(first + PLANS - 1);
        rates.push(f64::from(PLANS) / begin.elapsed().as_secs_f64());
        Ok((cpu::of_this_process() - before) / PLANS)
    }
}

fn wait<T, E>(answer: host_core::port::Pending<'_, T, E>) -> anyhow::Result<T>
where
    E: std::error::Error + Send + Sync + 'static,
{
    Ok(tokio::runtime::Builder::new_current_thread().build()?.block_on(answer)?)
}

fn insert(object: Object) -> Plan {
    Plan { changes: vec![Change::Insert(Box::new(object))], ..Plan::default() }
}

fn bouquet(id: u32) -> Bouquet {
    Bouquet { id: BouquetId(id), name: format!("b{id}"), ..Bouquet::default() }
}

fn tenant(id: u32) -> Tenant {
    Tenant {
        id: TenantId(id),
        version: Version(0),
        name: format!("t{id}"),
        hosts: Vec::new(),
        suspended: false,
        quotas: Quotas::default(),
        created_at: Unix(1),
    }
}
