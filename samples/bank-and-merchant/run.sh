#!/usr/bin/env bash
# Private set intersection on this machine: a bank, a merchant, an analyst and a coordinator as separate processes. How many customers are common, what they owe the bank in sum, what each
# party learned, asking again until the owners' cap refuses, and what stands in the ledgers. Then a model of whose credit went well, over both sides' columns, trained over ciphertexts, and the same
# columns by least squares; one that asks for personal status or origin is refused by the contract.
#
#   samples/bank-and-merchant/run.sh [--yes] [--lang zh|en] [--json]     (options of: dataspace intersect demo, dataspace regress vertical)
#
# Exit code 0 only if everything was observed. Prepares the machine first (samples/setup.sh); that part is skipped where it was done before.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
case " $* " in
  *" --json "*) "$here/setup.sh" demo >&2 ;;
  *) "$here/setup.sh" demo ;;
esac
dotnet "$here/../artifacts/bin/DataSpace.Cli/release/dataspace.dll" intersect demo "$@"
exec dotnet "$here/../artifacts/bin/DataSpace.Cli/release/dataspace.dll" regress vertical --sample bank-and-merchant "$@"
