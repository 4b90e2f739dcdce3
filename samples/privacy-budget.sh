#!/usr/bin/env bash
# A privacy budget at work on this machine: three owners and a coordinator as separate processes. Figures with noise and how far they are off, the same question again free of
# charge, another one paid, a third one refused because the budget is empty; the owners' ledgers say the same.
#
#   samples/privacy-budget.sh [--yes] [--lang zh|en] [--json]     (options of: dataspace privacy demo)
#
# Exit code 0 only if everything was observed. Prepares the machine first (samples/setup.sh); that part is skipped where it was done before.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
case " $* " in
  *" --json "*) "$here/setup.sh" demo >&2 ;;
  *) "$here/setup.sh" demo ;;
esac
exec dotnet "$here/../artifacts/bin/DataSpace.Cli/release/dataspace.dll" privacy demo "$@"
