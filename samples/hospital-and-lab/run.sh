#!/usr/bin/env bash
# Models over hospitals' data on this machine: three hospitals and a coordinator as separate processes. A Poisson model of doctor visits over all three, its weights beside those of a fit in the
# clear, what each party learned, a model that leaves one hospital out refused, and what stands in the ledgers. Then a clinic and a laboratory with other columns of the same patients: a logistic
# model trained over ciphertexts, of which each gets its own weights, and classes of the first rows by that model, held against the plain one.
#
#   samples/hospital-and-lab/run.sh [--yes] [--lang zh|en] [--json]     (options of: dataspace regress demo, dataspace regress vertical)
#
# Exit code 0 only if everything was observed. Prepares the machine first (samples/setup.sh); that part is skipped where it was done before.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
case " $* " in
  *" --json "*) "$here/../setup.sh" demo >&2 ;;
  *) "$here/../setup.sh" demo ;;
esac
dotnet "$here/../../artifacts/bin/DataSpace.Cli/release/dataspace.dll" regress demo "$@"
exec dotnet "$here/../../artifacts/bin/DataSpace.Cli/release/dataspace.dll" regress vertical "$@"
