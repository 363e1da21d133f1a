//! What the process keeps from others: its memory.
//!
//! Other programs of the same user may not read it (`ptrace`, `/proc/<pid>/mem`), and a crash writes no core file. Whoever
//! is root reads it all the same.

/// As far as this system has it; a system that refuses does not keep anybody from their details.
#[cfg(unix)]
pub fn protect() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

#[cfg(not(unix))]
pub fn protect() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn nobody_else_reads_the_memory_and_no_core_is_written() {
        super::protect();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        let core = getrlimit(Resource::Core);
        assert_eq!((core.current, core.maximum), (Some(0), Some(0)));
    }
}
