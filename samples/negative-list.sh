#!/usr/bin/env bash
# The negative list at work on this machine: a regulator, a coordinator and three owners as separate processes. A rule signed by two people arrives: contracts and listings
# are suspended everywhere, a use is refused with the rule's id; a node that is away is shown as such; freeze and lift; the ledgers say all of it.
#
#   samples/negative-list.sh [--yes] [--lang zh|en] [--json]     (options of: dataspace regulation demo)
#
# Exit code 0 only if everything was observed. Prepares the machine first (samples/setup.sh); that part is skipped where it was done before.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
case " $* " in
  *" --json "*) "$here/setup.sh" demo >&2 ;;
  *) "$here/setup.sh" demo ;;
esac
exec dotnet "$here/../artifacts/bin/DataSpace.Cli/release/dataspace.dll" regulation demo "$@"
