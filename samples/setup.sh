#!/usr/bin/env bash
# Brings a fresh machine to where the demo (or the tests) can run. Idempotent: what is there is left alone.
#
#   samples/setup.sh [demo|tests]     default: demo
#
# Needs the .NET 10 SDK. Installs Debian packages when run as root; otherwise names them and stops with exit code 3.
# Proxies are taken from the environment (http_proxy, https_proxy, no_proxy), as apt-get, npm and dotnet do by themselves.
set -euo pipefail
export LANG=C LC_ALL=C DEBIAN_FRONTEND=noninteractive
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en
# Nothing this script starts may outlive it: no waiting build nodes, and a compiler server only of its own (see below).
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
# Programs that run for a minute gain nothing by counting which of their branches are taken: a build takes half the processor time without it.
export DOTNET_TieredPGO=0
build_flags=(-nodeReuse:false -p:UseSharedCompilation=false)

cd "$(dirname "$0")/.."
goal=${1:-demo}
case $goal in
  demo) solution=samples/demo.slnf ;;
  tests) solution=DataSpace.sln ;;
  *) echo "usage: samples/setup.sh [demo|tests]" >&2; exit 2 ;;
esac
seal=node_modules/node-seal/dist/seal_throws.wasm
seal_sha256=b30d3776265a56373a2001d2cd48baa8d72ddd571e04ddfaefd4c231271170e4
logs=artifacts/logs
mkdir -p "$logs"
started=$SECONDS

say() { printf '[%4ds] %s\n' $((SECONDS - started)) "$*"; }

# step NAME COMMAND...: runs a command into a log file; says every ten seconds that it is still at work; shows the log's end on failure.
step() {
  local name=$1 log pid waited=0 rc=0
  shift
  log=$logs/$(tr 'A-Z' 'a-z' <<<"$name" | tr -cs 'a-z0-9\n' '-').log
  say "$name ..."
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2 </dev/null
    waited=$((waited + 1))
    if [ $((waited % 50)) -eq 0 ]; then say "  still at it: $name"; fi
  done
  wait "$pid" || rc=$?
  trap - INT TERM
  if [ "$rc" -ne 0 ]; then
    say "FAILED (exit $rc): $name; the end of $log:"
    tail -n 40 "$log"
    exit "$rc"
  fi
}

# One compiler process for all projects instead of one for each, whose start is half of a build. It listens under a name of its own and ends with this script.
start_compiler() {
  local server name=dataspace-$$-$RANDOM
  server=$(dirname "$(readlink -f "$(command -v dotnet)")")/sdk/$(dotnet --version)/Roslyn/bincore/VBCSCompiler.dll
  [ -f "$server" ] || return 0
  # It allocates much and keeps little: 256 MB (hexadecimal) of youngest generation spare it a tenth of its time.
  DOTNET_GCgen0size=10000000 dotnet "$server" "-pipename:$name" </dev/null >/dev/null 2>&1 &
  compiler=$!
  trap 'kill "$compiler" 2>/dev/null || true' EXIT
  for _ in $(seq 150); do
    if [ -S "/tmp/$name" ]; then
      build_flags=(-nodeReuse:false -p:UseSharedCompilation=true "-p:SharedCompilationId=$name")
      return 0
    fi
    sleep 0.1 </dev/null
  done
}

has() { command -v "$1" >/dev/null 2>&1; }
seal_is_there() { [ -f "$seal" ] && [ "$(sha256sum "$seal" | cut -d' ' -f1)" = "$seal_sha256" ]; }

# ---- what is missing -------------------------------------------------------------------------------------------------
if ! has dotnet; then
  say "The .NET SDK 10.0.100 or newer is needed and dotnet is not on PATH. Install it first."
  exit 3
fi
if ! sdk=$(dotnet --version 2>&1); then
  say "dotnet does not start, or no installed SDK satisfies global.json (10.0.100 or a later feature band):"
  printf '%s\n' "$sdk" | head -n 12
  dotnet --list-sdks || true
  exit 3
fi

packages=() reasons=()
want() { packages+=("$1"); reasons+=("$2"); }
has bwrap || want bubblewrap "the sandbox around every query; nothing runs over data without it"
if ! has clang && ! has gcc; then
  want gcc "links the sandbox worker into one native program"
fi
[ -e /usr/include/stdio.h ] || want libc6-dev "start files and headers for the same"
[ -e /usr/include/zlib.h ] || want zlib1g-dev "the native runtime links with zlib"
if ! seal_is_there && ! has npm; then
  has node || want nodejs "npm needs it"
  want npm "fetches one package: Microsoft SEAL as WebAssembly"
elif ! has node; then
  want nodejs "runs the ledger's second verifier (tests/foreign-verifier)"
fi

if [ "$goal" = tests ]; then
  has strace || want strace "kills the ledger's writer at chosen system calls, or lets them fail"
fi

if [ ${#packages[@]} -gt 0 ]; then
  say "Missing on this machine:"
  for i in "${!packages[@]}"; do printf '          %-12s %s\n' "${packages[$i]}" "${reasons[$i]}"; done
  if [ "$(id -u)" -ne 0 ]; then
    say "This is not root. Ask for:   apt-get install -y --no-install-recommends ${packages[*]}"
    exit 3
  fi
  if ! has apt-get; then
    say "There is no apt-get here. Install these with the system's own package manager: ${packages[*]}"
    exit 3
  fi
  apt=(apt-get -y -q -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3)
  step "package lists" "${apt[@]}" update
  step "install ${packages[*]}" "${apt[@]}" --no-install-recommends install "${packages[@]}"
fi

# ---- Microsoft SEAL as WebAssembly -----------------------------------------------------------------------------------
if seal_is_there; then
  say "Microsoft SEAL (wasm): here"
else
  step "fetch Microsoft SEAL (npm ci, no scripts)" npm ci --ignore-scripts --no-audit --no-fund
  seal_is_there || { say "FAILED: $seal is not the pinned file"; exit 1; }
fi

# ---- build, when anything changed ------------------------------------------------------------------------------------
# fingerprint PATH...: one digest over names and contents of the sources below these paths.
fingerprint() {
  find "$@" -type f \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.json' -o -name '*.txt' -o -name '*.sln' -o -name '*.slnf' -o -name '.editorconfig' \) \
    -not -path '*/bin/*' -not -path '*/obj/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}
props=(Directory.Build.props Directory.Packages.props global.json BannedSymbols.txt .editorconfig)
built() { [ -f "artifacts/$1.stamp" ] && [ "$(cat "artifacts/$1.stamp")" = "$2" ]; }

all=$(fingerprint src contracts samples/demo.slnf DataSpace.sln "${props[@]}" $([ "$goal" = tests ] && echo tests))
worker=$(fingerprint src/SandboxWorker src/Sandbox/Process/WorkerWire.cs "${props[@]}")
worker_there() { compgen -G 'artifacts/publish/DataSpace.SandboxWorker/release*/sandbox-worker' >/dev/null; }
program_there() { [ -f artifacts/bin/DataSpace.Cli/release/dataspace.dll ] && [ -f artifacts/bin/DataSpace.Connector/release/DataSpace.Connector.dll ]; }

if built "$goal" "$all" && built worker "$worker" && worker_there && program_there; then
  say "build: up to date"
else
  rm -f "artifacts/$goal.stamp"
  start_compiler
  step "restore NuGet packages (locked)" dotnet restore "$solution" --locked-mode "${build_flags[@]}"
  if built worker "$worker" && worker_there; then
    # A fresh checkout gives old sources new times; whoever compares times shall see what the contents say.
    touch artifacts/publish/DataSpace.SandboxWorker/release*/sandbox-worker
    say "sandbox worker: up to date"
  else
    rm -f artifacts/worker.stamp
    step "build the sandbox worker (native, about a minute)" dotnet publish src/SandboxWorker -c Release "${build_flags[@]}"
    echo "$worker" >artifacts/worker.stamp
  fi
  step "build ${solution##*/}" dotnet build "$solution" -c Release --no-restore "${build_flags[@]}"
  echo "$all" >"artifacts/$goal.stamp"
fi
say "ready"
