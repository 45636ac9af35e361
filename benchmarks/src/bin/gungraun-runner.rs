//! gungraun's runner, from the same lock file as gungraun itself: cargo builds it before the benchmark.

fn main() -> anyhow::Result<()> {
    gungraun_runner::runner::run::run()
}
