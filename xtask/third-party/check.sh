#!/usr/bin/env bash
# Runs third-party OpenAPI tools on the contract: Redocly and Spectral lint it, schemathesis tests the mock server
# against it, and Prism serves it to the SDK's own tests. Needs Node.js 20, Python 3.11 and Rust; installs the pinned
# versions into target/third-party. Ends with 0 if all pass, 1 otherwise.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

contract="$PWD/openapi/partner-center.yaml"
tools="$PWD/target/third-party"
export DO_NOT_TRACK=1 REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true SCARF_ANALYTICS=false
export NPM_CONFIG_UPDATE_NOTIFIER=false PIP_DISABLE_PIP_VERSION_CHECK=1

mkdir -p "$tools"
cp xtask/third-party/package.json "$tools"
npm install --prefix "$tools" --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error
[[ -d "$tools/python" ]] || python3 -m venv "$tools/python"
"$tools/python/bin/pip" install --quiet --requirement xtask/third-party/requirements.txt

cargo build --quiet -p partner-center-mock
cargo test --quiet -p partner-center --test contract --no-run
mock=${CARGO_TARGET_DIR:-target}/debug/partner-center-mock
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

# The mock listens on a port and the next one. Below the range that systems use for outgoing connections.
free_port() {
    python3 - <<'PYTHON'
import random, socket
while True:
    port = random.randrange(20000, 30000)
    try:
        with socket.socket() as one, socket.socket() as next:
            one.bind(("127.0.0.1", port))
            next.bind(("127.0.0.1", port + 1))
    except OSError:
        continue
    print(port)
    break
PYTHON
}
wait_for() {
    for _ in {1..300}; do
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
        sleep 0.1
    done
    echo "error: nothing listens on port $1" >&2
    return 1
}

echo "==> Redocly"
# Strict: warnings fail too.
"$tools/node_modules/.bin/redocly" lint --extends recommended-strict "$contract"

echo "==> Spectral"
echo 'extends: ["spectral:oas"]' > "$tools/rules.yaml"
"$tools/node_modules/.bin/spectral" lint --fail-severity=hint --ruleset "$tools/rules.yaml" "$contract"

echo "==> schemathesis, with unknown customers and with a known one"
port=$(free_port)
"$mock" serve --customers 10 --port "$port" > /dev/null &
wait_for "$port"
: > "$tools/unknown.toml"
printf '[parameters]\n"path.customer-tenant-id" = "%s"\n' "$("$mock" customers --count 1)" > "$tools/known.toml"
checks=not_a_server_error,status_code_conformance,content_type_conformance
checks+=,response_headers_conformance,response_schema_conformance
for config in unknown known; do
    (cd "$tools" && python/bin/schemathesis --config-file "$config.toml" run "$contract" --checks "$checks" \
        --url "http://127.0.0.1:$port" --header "Authorization: Bearer token" --max-examples 50 --seed 1 --no-color)
done

echo "==> Prism"
port=$(free_port)
"$tools/node_modules/.bin/prism" mock --host 127.0.0.1 --port "$port" --errors "$contract" > /dev/null &
wait_for "$port"
PARTNER_CENTER_THIRD_PARTY_URL="http://127.0.0.1:$port" cargo test --quiet -p partner-center --test contract examples::
