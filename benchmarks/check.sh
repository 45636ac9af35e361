#!/usr/bin/env bash
# Measures a call of every client, prints the table, and fails where the SDK's ratios to reqwest have grown by more than
# 3 % over recorded.json. `bash benchmarks/check.sh --record` writes recorded.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v valgrind >/dev/null && [[ -n "${CI:-}" && "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends valgrind libc6-dbg
fi
if ! command -v valgrind >/dev/null; then
    echo "not measured here: valgrind is missing; install it (apt install valgrind, dnf install valgrind)"
    exit 0
fi

# gungraun takes a runner of exactly its own version.
version=$(cargo pkgid gungraun-runner | sed 's/.*@//')
cargo install --quiet --locked --debug --root target/runner --target-dir target "gungraun-runner@$version"
export GUNGRAUN_RUNNER=$PWD/target/runner/bin/gungraun-runner

cargo bench --quiet --locked --bench calls -- --output-format=json > target/calls.json
cargo run --quiet --locked --profile bench --bin ratios -- "$@" < target/calls.json
