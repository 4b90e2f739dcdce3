#!/usr/bin/env bash
# Passes every test: prepares the machine, restores locked, builds Release, checks the format, runs all tests.
#
#   tests/run.sh [arguments for dotnet test]      for example: tests/run.sh --filter-class '*LedgerVerify*'
#
# The last line is always "N passed, N failed, N skipped". Exit 0 only when everything passed (or was skipped with a reason).
set -uo pipefail
cd "$(dirname "$0")/.."
export LANG=C LC_ALL=C NO_COLOR=1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_TieredPGO=0
# Many short-lived programs start here; without two views of every page of code each start takes an eighth less. Outside of tests they keep them.
export DOTNET_EnableWriteXorExecute=0
started=$SECONDS
results=artifacts/test-results
log=artifacts/logs/tests.log
mkdir -p artifacts/logs

say() { printf '[%4ds] %s\n' $((SECONDS - started)) "$*"; }
# beat NAME / rest: a line every 20 seconds while something works; the sleep holds no stream open after its end.
beat() {
  local name=$1
  (while sleep 20 </dev/null >/dev/null 2>&1; do say "  still at it: $name"; done) &
  beating=$!
}
rest() {
  kill "$beating" 2>/dev/null
  wait "$beating" 2>/dev/null
}
finish() { # passed failed skipped exit-code
  echo "$1 passed, $2 failed, $3 skipped"
  exit "$4"
}

# Whitespace, line ends and order of imports, straight from the files; beside the build, which leaves a processor idle now and then. Style and analyzers, the other two parts of
# dotnet format, are errors of the build already.
format() {
  local rc=0 folder
  for folder in src tests; do
    dotnet format whitespace --folder "$folder" --verify-no-changes </dev/null >>artifacts/logs/format.log 2>&1 || rc=$?
  done
  return "$rc"
}
: >artifacts/logs/format.log
formatting=
if [ $# -eq 0 ] && command -v dotnet >/dev/null; then
  format >/dev/null 2>&1 &
  formatting=$!
fi

samples/setup.sh tests </dev/null
rc=$?
if [ "$rc" -ne 0 ]; then
  [ -z "$formatting" ] || wait "$formatting"
  finish 0 1 0 "$rc"
fi

if [ -n "$formatting" ]; then
  say "format check ..."
  beat "format check"
  wait "$formatting"
  rc=$?
  rest
  if [ "$rc" -ne 0 ]; then
    head -n 60 artifacts/logs/format.log
    say "FAILED: the format differs; run: dotnet format DataSpace.sln"
    finish 0 1 0 1
  fi
fi

say "tests ..."
rm -rf "$results"
narrowed=()
# With a filter most assemblies rightly run nothing; exit code 8 says only that.
[ $# -gt 0 ] && narrowed=(--ignore-exit-code 8)
# pass NAME MODULES AT-ONCE [arguments]: runs test assemblies, several at once; its output stands in a log of its own too.
pass() {
  local name=$1 modules=$2 at_once=$3
  shift 3
  dotnet test --test-modules "$modules" --max-parallel-test-modules "$at_once" --no-progress --no-ansi \
    --results-directory "$PWD/$results" --report-xunit-trx ${narrowed[@]+"${narrowed[@]}"} "$@" </dev/null 2>&1 | tee "$log.$name" | grep --line-buffered -vE '^\s*$' | sed -u 's/^/  /'
  return "${PIPESTATUS[0]}"
}
others=
for project in $(grep -l '"xunit.v3"' tests/*/*.csproj); do
  name=$(basename "$project" .csproj)
  [ "$name" = DataSpace.EndToEnd ] || others=$others${others:+;}artifacts/bin/$name/release/$name.dll
done
beat tests
# The end-to-end tests keep two processors busy by themselves; all others follow, two rooms at once. Beside each other both take longer than one after the other: nodes that wait ask again.
pass end-to-end artifacts/bin/DataSpace.EndToEnd/release/DataSpace.EndToEnd.dll 1 "$@"
rc=$?
pass others "$others" 2 "$@" || rc=$?
rest

# total WHAT: of both runs' summaries; nothing when one has none.
total() {
  local part sum=0
  for part in "$log.end-to-end" "$log.others"; do
    part=$(sed -nE "s/^ +$1: ([0-9]+)\r?$/\1/p" "$part" | tail -n 1)
    [ -n "$part" ] || return 0
    sum=$((sum + part))
  done
  echo "$sum"
}
passed=$(total succeeded) failed=$(total failed) skipped=$(total skipped)
if [ -z "$passed" ] || [ -z "$failed" ]; then
  say "FAILED: the test run ended without a summary (exit $rc)"
  finish 0 1 0 $((rc ? rc : 1))
fi
skipped=${skipped:-0}

# What the ledger was struck with: one row per fault test, from what the tests printed. A TRX file is one long line in which each printed line is a Message.
fault_tests=8
faults=$(cat "$results"/*.trx 2>/dev/null | sed 's/</\n</g' | tr -d '\r' | sed -nE 's/^<Message>([a-z][a-z-]+ +[0-9]+( +[0-9]+){9}) *$/\1/p' | sort)
if [ -n "$faults" ]; then
  say "faults, and what became of them:"
  printf '    fault            runs    died  refused  went on  recovered  stays shut  lost  counted twice  forked  unsound\n'
  sed 's/^/    /' <<<"$faults"
  awk '{ n += $2; l += $8; t += $9; b += $10 + $11 } END { printf "    %d faults. Lost: %d. Counted twice: %d. Broken in another way: %d\n", n, l, t, b }' <<<"$faults"
fi
if [ $# -eq 0 ] && [ "$failed" -eq 0 ]; then
  # What was skipped gave its reason below; every other fault test printed its row.
  left_out=$(cat "$results"/*.trx 2>/dev/null | sed 's/</\n</g' | grep '^<UnitTestResult ' | grep 'outcome="NotExecuted"' | grep -c 'Sequencing\.FaultTests\.')
  rows=$(grep -c . <<<"$faults")
  if [ $((rows + left_out)) -ne "$fault_tests" ]; then
    say "FAILED: $rows rows of faults and $left_out skipped; expected are $fault_tests"
    failed=1
  fi
fi

samples=$(cat "$results"/*.trx 2>/dev/null | sed 's/</\n</g' | tr -d '\r' | sed -nE 's/^<Message>(sample .*)$/\1/p' | sort)
if [ -n "$samples" ]; then
  say "samples (DATASPACE_ALL_POINTS=1 takes all):"
  sed 's/^/    /' <<<"$samples"
fi

if [ "$skipped" -gt 0 ]; then
  say "skipped, and why:"
  # A TRX file holds one UnitTestResult per test; the reason of a skipped one stands in its Message.
  cat "$results"/*.trx 2>/dev/null | tr '\n' ' ' | sed 's/<UnitTestResult /\n&/g' | grep 'outcome="NotExecuted"' \
    | sed -nE 's/.*testName="([^"]*)".*<(Message|StdOut)>([^<]*)<.*/    \1: \3/p; t; s/.*testName="([^"]*)".*/    \1: no reason given/p' | sort
fi
# A host that crashed, or an assembly without a single test, is a failure even when no test failed.
if [ "$rc" -ne 0 ] && [ "$failed" -eq 0 ]; then
  say "FAILED: a test host crashed or an assembly ran no test (exit $rc)"
  failed=1
fi
if [ "$passed" -eq 0 ] && [ "$failed" -eq 0 ]; then
  say "FAILED: no test ran"
  failed=1
fi
[ "$failed" -eq 0 ] && rc=0 || rc=$((rc ? rc : 1))
say "done"
finish "$passed" "$failed" "$skipped" "$rc"
