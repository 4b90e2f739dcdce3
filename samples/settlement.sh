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
dataspace() { dotnet "$here/../artifacts/bin/DataSpace.Cli/release/dataspace.dll" "$@"; }
dataspace settle demo "$@"

# The same statement once more, as anybody with copies of the ledgers computes it. Each party's directory holds the witness policy; the agreements pin the plans.
folder=${DATASPACE_HOME:-$here/../.dataspace}/settlement
inputs=(--period "$(sed -n 's/.*"period":"\([0-9-]*\)","postings".*/\1/p' "$folder/statement.json")" --consumer "$folder/copies/chain-leader")
for owner in chain-leader supplier-a supplier-b; do inputs+=(--provider "$folder/copies/$owner"); done
for plan in per-use supplier-pool; do inputs+=(--plan "$folder/$plan.json"); done
for agreement in "$folder"/agreements/*.json; do inputs+=(--agreement "$agreement"); done
dataspace settle recompute "${inputs[@]}" --out "$folder/recomputed.json" >/dev/null
cmp "$folder/statement.json" "$folder/recomputed.json"
dataspace settle verify "$folder/statement.json" "${inputs[@]}" --signatures "$folder/statement.signatures.json" >/dev/null
echo "dataspace settle recompute: the same $(wc -c <"$folder/statement.json") bytes; verified with every signature" >&2
