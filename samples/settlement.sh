#!/usr/bin/env bash
# A month settled on this machine: a coordinator and three owners as separate processes, two price plans pinned by hash in the contracts, two joint statistics, a disputed
# use, a split with a remainder; every party closes the month in its own ledger and signs the statement; the nodes are stopped and the statement is recomputed from
# copies of the raw ledgers, byte for byte; CSV and PDF.
#
#   samples/settlement.sh [--yes] [--lang zh|en] [--json]     (options of: dataspace settle demo)
#
# Exit code 0 only if everything was observed. Prepares the machine first (samples/setup.sh); that part is skipped where it was done before.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
case " $* " in
  *" --json "*) "$here/setup.sh" demo >&2 ;;
  *) "$here/setup.sh" demo ;;
esac
exec dotnet "$here/../artifacts/bin/DataSpace.Cli/release/dataspace.dll" settle demo "$@"
