#!/usr/bin/env bash
# An audit without network: the demo's nodes export their ledgers into one bundle; it is verified by dataspace and by a second verifier in another language, both with
# the network taken away. Then a forger works on copies (a flipped byte, a dropped entry, another history signed with the owner's own key): each is caught and named by both.
#
#   samples/audit.sh [--yes] [--lang zh|en] [--of FOLDER]
#
# Without --of the nodes are those of a demo that runs first (dataspace settle demo, about a minute); FOLDER holds nodes' directories (*/node) that are not running.
# Exit code 0 only if everything was observed. Prepares the machine first (samples/setup.sh); that part is skipped where it was done before.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
lang=en of='' ask=yes
case "${LC_ALL:-${LANG:-}}" in zh*) lang=zh ;; esac
while [ $# -gt 0 ]; do
  case $1 in
    --yes | -y) ask='' ;;
    --lang) lang=${2:?} && shift ;;
    --of) of=${2:?} && shift ;;
    *) sed -n '2,9p' "$0" >&2; exit 2 ;;
  esac
  shift
done
say() { if [ "$lang" = zh ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi; }
title() { printf '\n'; say "== $1" "== $2"; }
pause() { if [ -n "$ask" ] && [ -t 0 ]; then say "Press Enter." "按回车继续。"; read -r _; fi; }
fail() { say "NOT observed: $1" "未观察到：$2" >&2; exit 1; }
dataspace() { dotnet "$root/artifacts/bin/DataSpace.Cli/release/dataspace.dll" "$@" --lang "$lang"; }

"$here/setup.sh" demo
command -v node >/dev/null || { say "Node is missing: apt-get install nodejs" "缺少 Node：apt-get install nodejs"; exit 3; }

home=${DATASPACE_HOME:-$root/.dataspace}
if [ -z "$of" ]; then
  title "Nodes make uses and settle a month" "节点完成使用并结算一个月"
  dataspace settle demo --yes
  of=$home/settlement
fi
nodes=()
for node in "$of"/*/node; do [ -f "$node/ledger/checkpoint" ] && nodes+=("$node"); done
[ ${#nodes[@]} -ge 2 ] || fail "two nodes' ledgers in $of" "$of 中有两个节点的账本"
work=$home/audit
rm -rf "$work"
mkdir -p "$work"
bundle=$work/all.dsaudit

title "1. One file from ${#nodes[@]} nodes" "1. 由 ${#nodes[@]} 个节点导出一个文件"
dirs=()
for node in "${nodes[@]}"; do dirs+=(--dir "$node"); done
dataspace audit export "${dirs[@]}" --out "$bundle"
pause

# The network is taken away with a namespace of its own, where the system lets us make one.
offline=()
if unshare -rn true 2>/dev/null; then offline=(unshare -rn); fi
off() { if [ ${#offline[@]} -gt 0 ]; then unshare -rn "$@"; else "$@"; fi; }
ours() { off dotnet "$root/artifacts/bin/DataSpace.Cli/release/dataspace.dll" audit verify "$@" --lang "$lang"; }
theirs() { off node "$root/tests/foreign-verifier/verify.mjs" "$@"; }

title "2. Verified by dataspace" "2. 由 dataspace 验证"
if [ ${#offline[@]} -gt 0 ]; then
  say "Without network: unshare -rn" "断网运行：unshare -rn"
  [ "$(unshare -rn sh -c 'tail -n +3 /proc/self/net/dev | grep -vc "^ *lo:"')" = 0 ] || fail "no network" "没有网络"
else
  say "(This system allows no network namespace; nothing asks for the network all the same.)" "（本系统不允许网络命名空间；验证本身仍不使用网络。）"
fi
ours "$bundle" || fail "a good bundle verifies" "完好的审计包通过验证"
pause

title "3. Verified by the second verifier (JavaScript, from the specifications)" "3. 由第二个验证器验证（JavaScript，依规范编写）"
theirs "$bundle" || fail "a good bundle verifies" "完好的审计包通过验证"
pause

# The log with the most entries of the nodes that are no coordinator.
folder='' owner='' most=0 i=0
for node in "${nodes[@]}"; do
  size=$(sed -n 2p "$node/ledger/checkpoint")
  case $node in */coordinator/*) ;; *) if [ "$size" -gt "$most" ]; then most=$size folder=$(printf 'logs/%03d/' "$i") owner=$node; fi ;; esac
  i=$((i + 1))
done

# attack NAME TEXT-EN TEXT-ZH WANTED-OR-EMPTY: forges a copy, and looks for what it should be named in what both say.
attack() {
  local name=$1 copy=$work/$1.dsaudit named out
  shift
  title "$1" "$2"
  if [ "$name" = fork ]; then named=$(node "$root/tests/foreign-verifier/forge.mjs" fork "$bundle" "$copy" "$folder" "$owner/keys/signing-ed25519")
  else named=$(node "$root/tests/foreign-verifier/forge.mjs" "$name" "$bundle" "$copy" "$folder"); fi
  for verifier in ours theirs; do
    out=$work/$name.$verifier
    if "$verifier" "$copy" >"$out" 2>&1; then fail "$verifier: $1" "$verifier：$2"; fi
    # Folded lines of a narrow terminal are put together before they are searched.
    tr -s '\n ' '  ' <"$out" | grep -qw -- "$named" || { cat "$out"; fail "$verifier names: $named" "$verifier 指出：$named"; }
    if [ "$verifier" = ours ]; then say "dataspace says:" "dataspace 指出："; else say "the second verifier says:" "第二个验证器指出："; fi
    grep -Ew -m 3 -- "$named" "$out" | sed 's/^ */    /'
  done
  if [ "$name" = fork ]; then
    # Both notes, each with the owner's signature: the one published here and one that somebody else holds.
    for verifier in ours theirs; do
      [ "$(grep -c -E '^ *[^ ]+ '"$(sed -n 1p "$owner/ledger/checkpoint" | sed 's/[.%]/\\&/g')"' ' "$work/fork.$verifier")" -ge 2 ] || fail "both notes" "两份检查点"
    done
    say "with both notes:" "并给出两份检查点："
    sed -n '/^      published:/,$p' "$work/fork.theirs" | sed -n 1,14p
  fi
  pause
}
attack flip "4. A byte is flipped" "4. 翻转一个字节"
attack drop-last "5. The last entry is dropped" "5. 删去最后一条"
attack drop-middle "6. An entry in the middle is dropped" "6. 删去中间一条"
attack fork "7. The owner signs another history with its own key; the others hold a checkpoint of the first" "7. 所有者用自己的密钥签署另一份历史；他方持有原先的检查点"

printf '\n'
say "Everything above was observed. Bundle and forgeries: $work" "以上均已观察到。审计包与伪造件：$work"
