#!/usr/bin/env bash
# Builds and runs all tests. The last line is "N passed, N failed".
# The exit status is 0 only if tests ran and none failed.
#   --long     long operation histories, long fuzzing, a kill at every storage call, every fault of every
#                dependency: about two hours more. Builds the whole solution, including perf
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
. offline/setup.sh
exec 2>&1 # One stream keeps the summary on the last line.

readonly long_history=30000 long_fuzz=300000 long_versions=55000
hang_milliseconds=600000 solution=tests.slnf
passed=0 failed=0 skipped=0 finished=false
results=$PWD/artifacts/tests

# Dozens of short-lived processes share a few cores: idle threads must not spin, and profiling before
# optimization does not pay off.
export DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0 DOTNET_TieredPGO=0

summary() {
    local status=$?
    # An exit before all tests have run is a failure.
    $finished || failed=$((failed + 1))
    ((skipped == 0)) || echo "$skipped skipped"
    ((failed == 0)) || status=$((status == 0 ? 1 : status))
    echo "$passed passed, $failed failed"
    exit "$status"
}

# count NAME: a counter of the current project's results; 0 if a crash left no results.
count() {
    sed -n "s/.*<Counters .*\\b$1=\"\\([0-9]*\\)\".*/\\1/p" "$trx" 2>/dev/null | head -n 1 | grep . || echo 0
}

run_project() {
    local name=$1 status=0 total started=$SECONDS assembly noise
    trx=$results/$name.trx
    assembly=tests/$name/bin/$CONFIGURATION/net10.0/AtpKeyserver.Tests.$name.dll
    noise="^($|Starting test execution|A total of|Results File:"
    noise+="|Data collector 'Blame' message: All tests finished)"
    printf '\n%s\n' "$name"
    # Not "dotnet test": killing it leaves the test runner running.
    setpriv --pdeathsig KILL -- dotnet "$runner" "$assembly" --nologo \
        --logger:'console;verbosity=minimal' --logger:"trx;LogFileName=$trx" --ResultsDirectory:"$results" \
        --Blame:"CollectHangDump;HangDumpType=none;TestTimeout=$hang_milliseconds" </dev/null |
        grep --line-buffered -vE "$noise" ||
        status=${PIPESTATUS[0]}
    printf '%s took %d s\n' "$name" $((SECONDS - started))
    total=$(count total)
    passed=$((passed + $(count passed)))
    failed=$((failed + $(count failed)))
    skipped=$((skipped + total - $(count passed) - $(count failed)))
    # A crashed test host or a project without tests reports no failed test.
    if ((status != 0 && $(count failed) == 0)); then
        echo "$name exited with status $status."
        failed=$((failed + 1))
    fi
}

trap summary EXIT
trap 'exit 143' TERM HUP

for argument in "$@"; do
    case $argument in
        --long)
            solution=Functions.sln
            export KEYSERVER_HISTORY_OPERATIONS=${KEYSERVER_HISTORY_OPERATIONS:-$long_history}
            export KEYSERVER_CRASH_POINTS=${KEYSERVER_CRASH_POINTS:-1000000}
            export KEYSERVER_CRASH_KILLS=${KEYSERVER_CRASH_KILLS:-300}
            export KEYSERVER_FUZZ_EXECUTIONS=${KEYSERVER_FUZZ_EXECUTIONS:-$long_fuzz}
            export KEYSERVER_VERSIONS=${KEYSERVER_VERSIONS:-$long_versions}
            export KEYSERVER_FAULTS=all KEYSERVER_RACE_ROUNDS=${KEYSERVER_RACE_ROUNDS:-500}
            hang_milliseconds=7200000
            ;;
        *) die "Unknown option $argument. The only option is --long." ;;
    esac
done

FOR_TESTS=true
set_up "$solution"
runner=$(dotnet --info | sed -n 's/^ *Base Path: *//p')vstest.console.dll
rm -rf "$results"
mkdir -p "$results"
for project in tests/*/*.csproj; do
    ! grep -qF 'Microsoft.NET.Test.Sdk' "$project" || run_project "$(basename "$project" .csproj)"
done
echo
((passed + failed > 0)) || die "No tests found."
finished=true
