#!/usr/bin/env bash
# Profiles the app's CPU time in one row of the "speed" table. Needs perf (package linux-perf) and root.
# profile.sh "hot group, ES256K"
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
scenario=${1:?Name a row of the table, such as \"20\,000 groups\"}
work=$(mktemp -d)
touch "$work/log"
trap 'kill "$load" 2>/dev/null || true; rm -rf "$work"' EXIT

# Uses the name up to its comma, because commas separate names on the command line.
# Without the second variable, perf cannot resolve the names of JIT-compiled methods.
export DOTNET_PerfMapEnabled=1 DOTNET_EnableWriteXorExecute=0
dotnet run -c Release --project perf -- speed --rounds 1 --seconds 12 --only "${scenario%%,*}" >"$work/log" 2>&1 &
load=$!
until grep -qF " $scenario;" "$work/log"; do
    kill -0 "$load" 2>/dev/null || { cat "$work/log"; exit 1; }
    sleep 0.2
done
sleep 2
# Two apps are running. Profiles the busy one, which may be idle until tokens are created.
apps=$(pgrep -d, -f publish/AtpKeyserver.Functions.dll)
app=
while [ -z "$app" ]; do
    kill -0 "$load" 2>/dev/null || { cat "$work/log"; exit 1; }
    app=$(top -b -d 1 -n 2 -p "$apps" | awk '$1 == "PID" { table++; next } table == 2 && $9 > 30 { print $1; exit }')
done
perf record -q -o "$work/data" -F 499 -g -p "$app" -- sleep 7 2>/dev/null

# Attributes a sample to its innermost known frame.
perf script -i "$work/data" 2>/dev/null | awk '
    function part(frame) {
        if (frame ~ /sched_yield|LowLevelLifoSemaphore|SpinWait/) return "waiting for work (the thread pool spins)"
        if (frame ~ /AtpKeyserver\.Auth|secp256k1/) return "tokens"
        if (frame ~ /AtpKeyserver\.Sealing/) return "sealing and opening"
        if (frame ~ /AtpKeyserver\.Audit/) return "access log"
        if (frame ~ /AtpKeyserver\./) return "the rest of the keyserver"
        if (frame ~ /Azure\.|System\.Net\.Http/) return "storage client"
        if (frame ~ /Microsoft\.AspNetCore|Microsoft\.Extensions|LocalHost/) return "web server and host"
        if (frame ~ /System\.Net\.Sockets|SocketAsync/) return "sockets"
        if (frame ~ /gc_heap|WKS::/) return "garbage collection"
        return ""
    }
    /^[^[:space:]]/ {
        if (started) parts[found == "" ? "runtime and kernel, else" : found]++
        started = 1; total++; found = ""
    }
    /^[[:space:]]+[0-9a-f]+ / { if (found == "") found = part($0) }
    END {
        parts[found == "" ? "runtime and kernel, else" : found]++
        for (name in parts) printf "%5.1f %%  %s\n", 100 * parts[name] / total, name
    }' | sort -rn
