#!/usr/bin/env bash
# The whole line on this machine: three owners and a coordinator as separate processes, one joint statistic, every use receipted.
#
#   samples/demo.sh [--yes] [--lang zh|en] [--keep] [--clean] [--rows N]     (options of: dataspace demo)
#
# Prepares the machine first (samples/setup.sh); that part is skipped where it was done before.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
case " $* " in
  *" --json "*) "$here/setup.sh" demo >&2 ;;
  *) "$here/setup.sh" demo ;;
esac
exec dotnet "$here/../artifacts/bin/DataSpace.Cli/release/dataspace.dll" demo "$@"
