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

export CARGO_TARGET_DIR=$PWD/target
measured=$(cargo bench --quiet --locked --bench calls -- --output-format=json)
target/release/ratios "$@" <<<"$measured"
