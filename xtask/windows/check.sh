#!/usr/bin/env bash
# Builds the command for Windows, starts it, and runs its tests and those of the mock under wine. Installs wine, mingw and
# Rust's target as root on Debian and Ubuntu. If something is missing, it says so in one line and exits with 77.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

target=x86_64-pc-windows-gnu
folder=${CARGO_TARGET_DIR:-$PWD/target}
not_checked() { echo "windows: not checked here: $1"; exit 77; }
find_wine() { command -v wine64 || command -v wine || ls /usr/lib/wine/wine64; } 2>/dev/null
has_parts() { find_wine && command -v x86_64-w64-mingw32-gcc; } >/dev/null

[[ "$(uname -sm)" == 'Linux x86_64' ]] || not_checked 'needs Linux on x86-64 with wine'
if ! has_parts && [[ $EUID == 0 ]] && command -v apt-get >/dev/null; then
    { apt-get update -q && apt-get install -qy --no-install-recommends wine64 gcc-mingw-w64-x86-64-win32; } >/dev/null || true
fi
has_parts || not_checked 'needs wine64 and gcc-mingw-w64-x86-64'
[[ -d "$(rustc --print target-libdir --target "$target")" ]] || rustup target add "$target" ||
    not_checked "needs Rust's target $target"

wine=$(find_wine)
# No windows, no offers to download .NET or a browser, no notes about what wine lacks.
unset DISPLAY WAYLAND_DISPLAY
export WINEPREFIX=$folder/wine WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' WINEARCH=win64
mkdir -p "$WINEPREFIX"
timeout --kill-after=10 600 "$wine" wineboot --init &
boot=$!
# Less to compile and to link.
export CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=$wine
tests=(cargo test --locked --target "$target" -p partner-center-cli -p partner-center-mock)
"${tests[@]}" --no-run
wait $boot || not_checked 'wine does not start'

# Every Rust program imports it, and wine 8 lacks it.
library=$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll
[[ -e $library ]] || x86_64-w64-mingw32-gcc -shared -s -o "$library" -x c - -ladvapi32 <<'C'
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) { return RtlGenRandom(buffer, length); }
C

"$wine" "$folder/$target/debug/partner-center.exe" --version
# To wine 8 a reset connection is a closed one.
run_tests() { "${tests[@]}" --no-fail-fast -- --skip a_reset_in_the_status_line 2>&1 | tee "$folder/wine.log"; }
# On a busy machine wine sometimes cannot start a process (error 1359).
run_tests || { grep -q 'code: 1359' "$folder/wine.log" && run_tests; }
