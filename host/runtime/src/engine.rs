//! The wasmtime engine: its configuration, its pool of instances, and the clock that interrupts guests.

use crate::limits::{self, TICK};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Strategy};

/// Guests that can run at one moment in the process; the pool has a slot for each.
pub(crate) const SLOTS: u32 = 256;

/// Slots besides, for trial runs and for calls that end a tick after their request is gone.
const SPARE: u32 = 16;

/// What a slot keeps resident: above the memory of an ordinary Rust guest, so that a reset is a
/// `memset` and no system call; all slots together keep no more than some tens of MiB.
const KEEP_MEMORY: usize = 256 << 10;
const KEEP_TABLE: usize = 128 << 10;

/// The engine that calls run in: pooled instances where the address space allows it, instances
/// made on demand elsewhere. Its epoch advances for as long as it lives.
pub(crate) fn for_calls() -> wasmtime::Result<Engine> {
    let mut config = code();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    let engine = match Engine::new(&config) {
        Ok(engine) => engine,
        Err(error) => {
            tracing::warn!(%error, "no room for a pool of instances; plugins run slower, on instances made on demand");
            config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
            Engine::new(&config)?
        }
    };
    start_epoch(&engine)?;
    Ok(engine)
}

/// The engine of the compile child: the same code generation, without a pool.
pub(crate) fn for_compiling() -> wasmtime::Result<Engine> {
    Engine::new(&code())
}

/// All that decides what compiled code looks like; both engines share it, so that one can run
/// what the other compiled.
fn code() -> Config {
    let mut config = Config::new();
    config
        .strategy(Strategy::Cranelift)
        .cranelift_opt_level(OptLevel::Speed)
        .epoch_interruption(true)
        .max_wasm_stack(limits::STACK_BYTES)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_relaxed_simd(false)
        // The host's own backtrace of a guest's trap helps nobody and costs symbol look-ups.
        .wasm_backtrace_max_frames(None);
    config
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    let slots = SLOTS + SPARE;
    // As many as every guest may have: none can take them from the others.
    pool.total_component_instances(slots)
        .total_core_instances(slots * limits::CORE_INSTANCES)
        .total_memories(slots * limits::MEMORIES)
        .total_tables(slots * limits::TABLES)
        .total_stacks(slots)
        .max_core_instances_per_component(limits::CORE_INSTANCES)
        .max_memories_per_component(limits::MEMORIES)
        .max_tables_per_component(limits::TABLES)
        .max_memories_per_module(limits::MEMORIES)
        .max_tables_per_module(limits::TABLES)
        .max_memory_size(limits::MEMORY_BYTES)
        .table_elements(limits::TABLE_ELEMENTS)
        .linear_memory_keep_resident(KEEP_MEMORY)
        .table_keep_resident(KEEP_TABLE);
    pool
}

/// Advances the epoch on a thread of its own that ends with the engine.
fn start_epoch(engine: &Engine) -> wasmtime::Result<()> {
    let engine = engine.weak();
    std::thread::Builder::new().name("epoch".into()).spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    })?;
    Ok(())
}
