#!/usr/bin/env bash
# Proves that the ledger survives: strikes it at every step, system call and file, recovers, and checks every promise after each.
#
#   tests/faults.sh [--all | --sample N] [--seed S] [--only KIND] [--at POINT]        tests/faults.sh --help
#
# Prints the number of faults and what became of them. Exit 0 when nothing was lost, counted twice or broken in another way; 1 otherwise, with
# the command that shows it again; 3 when this machine cannot run it.
set -uo pipefail
cd "$(dirname "$0")/.."
export LANG=C LC_ALL=C DEBIAN_FRONTEND=noninteractive
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

has() { command -v "$1" >/dev/null 2>&1; }
has dotnet || { echo "The .NET SDK 10.0.100 or newer is needed and dotnet is not on PATH."; exit 3; }
if ! has strace; then
  echo "Missing: strace (kills the writer at chosen system calls, or lets them fail)"
  if [ "$(id -u)" -ne 0 ] || ! has apt-get; then
    echo "Ask for:   apt-get install -y --no-install-recommends strace        (or leave it: every other kind of fault runs without it)"
  else
    mkdir -p artifacts/logs
    (apt-get -y -q -o DPkg::Lock::Timeout=120 update && apt-get -y -q -o DPkg::Lock::Timeout=120 --no-install-recommends install strace) >artifacts/logs/strace.log 2>&1 </dev/null \
      || echo "It could not be installed; see artifacts/logs/strace.log"
  fi
fi
mkdir -p artifacts/logs
if ! dotnet build tests/Ledger.Faults -c Release -v:q -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false >artifacts/logs/faults-build.log 2>&1 </dev/null; then
  tail -n 30 artifacts/logs/faults-build.log
  exit 3
fi
exec artifacts/bin/DataSpace.Ledger.Faults/release/DataSpace.Ledger.Faults "$@"
