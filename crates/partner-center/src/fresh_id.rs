//! Fresh ids for calls.

use std::cell::RefCell;

use uuid::{Builder, Uuid};

/// How many ids are made of what the system is asked for at once.
const AHEAD: usize = 64;

/// Randomness for the next ids of a thread.
struct Pool {
    random: [[u8; 16]; AHEAD],
    left: usize,
}

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { random: [[0; 16]; AHEAD], left: 0 }) };
}

/// A random id of version 4.
///
/// The system's randomness is fetched for many at once: a call needs two ids, and a system call for each would be what
/// costs most about them. A process that forks has what was fetched in both halves; runtimes do not outlive a fork either.
pub(crate) fn fresh_id() -> Uuid {
    POOL.with_borrow_mut(|pool| {
        if pool.left == 0 {
            let random = pool.random.as_flattened_mut();
            // Ids need to differ, not to be secret: better such a one than none.
            if getrandom::fill(random).is_err() {
                fastrand::fill(random);
            }
            pool.left = AHEAD;
        }
        pool.left -= 1;
        Builder::from_random_bytes(pool.random[pool.left]).into_uuid()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_random_and_never_come_twice() {
        let threads = (0..4).map(|_| std::thread::spawn(|| (0..AHEAD * 3).map(|_| fresh_id()).collect::<Vec<_>>()));
        let threads: Vec<_> = threads.collect();
        let ids: Vec<Uuid> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert!(ids.iter().all(|id| id.get_version_num() == 4));
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 4 * AHEAD * 3);
    }
}
