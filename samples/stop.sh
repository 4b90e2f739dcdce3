#!/usr/bin/env bash
# Stops what a demo started with --keep left running, and removes its folder.
set -euo pipefail
cd "$(dirname "$0")/.."
program=artifacts/bin/DataSpace.Cli/release/dataspace.dll
[ -f "$program" ] || { echo "nothing was built, so nothing runs"; exit 0; }
exec dotnet "$program" demo --clean "$@"
