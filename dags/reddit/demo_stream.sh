#!/usr/bin/env bash
# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
# The stream of the README on this machine: made-up comments into Kafka, scored, killed on the way
# with -9, started again, and put into an index; then what came out, counted. `./dev demo --stream`
# builds and calls it:
#
#   demo_stream.sh WEIRFLOW FOLDER [COMMENTS [A SECOND]]
#
# WEIRFLOW: the executable. FOLDER: everything is kept there; emptied first, but for the models.
set -euo pipefail

weirflow=$(realpath -- "$1")
folder=$(realpath -m -- "$2")
rows=${3:-20000}
pace=${4:-1000}
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd -- "$here/../.." && pwd -P)
service=$root/tests/services/service
pids=()

say() { printf '\n== %s\n' "$*"; }

finish() {
  kill -9 "${pids[@]}" 2>/dev/null || true
  "$service" stop "$folder/kafka" KILL 2>/dev/null || true
  "$service" stop "$folder/opensearch" KILL 2>/dev/null || true
}

# records TOPIC: the values of what is committed there, one a line.
records() {
  kcat -q -C -e -b "$brokers" -t "$1" -X isolation.level=read_committed -f '%s\n' 2>/dev/null || true
}
names() { records "$1" | grep -o '"name":"[^"]*"' || true; }
count() { records "$1" | wc -l; }

# documents: how many are in the index.
documents() {
  curl -fsS --noproxy '*' -X POST "$node/reddit-comments/_refresh" -o "$folder/refreshed" 2>/dev/null || true
  { curl -fsS --noproxy '*' "$node/reddit-comments/_count" 2>/dev/null || true; } |
    sed -n 's/^{"count":\([0-9]*\).*/\1/p'
}

# start NAME DAG [SETTING...]: in the background, its messages in NAME.log.
start() {
  local name=$1 dag=$2 settings=() setting
  shift 2
  for setting in "$@"; do settings+=(--set "params.$setting"); done
  "$weirflow" run "$dag" --set params.brokers="$brokers" "${settings[@]}" \
    >"$folder/$name.out" 2>"$folder/$name.log" &
  pids+=("$!")
  last=$!
}

# watch ROWS SECONDS: a line a second until so many are scored, and, if it is all, indexed.
watch() {
  local end=$((SECONDS + $2)) scored indexed
  while true; do
    scored=$(count reddit_processed_stream) indexed=$(documents)
    printf '   %6s sent   %6s scored   %6s in the index\n' \
      "$(count reddit_stream)" "$scored" "${indexed:-0}"
    if ((scored >= $1 && ($1 < rows || ${indexed:-0} >= rows))); then return; fi
    if ((SECONDS > end)); then
      say "not there after $2 s; the messages of the scorer and of the indexer:"
      tail -n 20 "$folder/scorer.log" "$folder/indexer.log"
      exit 1
    fi
    sleep 1
  done
}

trap finish EXIT
trap 'exit 130' INT TERM
export WEIRFLOW_HOME=$folder/home
rm -rf -- "$folder/kafka" "$folder/opensearch" "$WEIRFLOW_HOME/checkpoints" "$WEIRFLOW_HOME/dead_letters"
mkdir -p "$folder"

if ! "$weirflow" model list comment-classifier 2>/dev/null | grep -q champion; then
  say "a model: trained on made-up comments"
  "$weirflow" run "$root/dags/demo/comments.toml" --set params.out="$folder/comments.csv" --quiet
  "$weirflow" run "$here/train.toml" --set params.comments="$folder/comments.csv"
fi

say "a Kafka broker"
port=$("$service" start --with $$ kafka "$folder/kafka")
brokers=127.0.0.1:$port
echo "   at $brokers"

say "an OpenSearch node"
port=$("$service" start --with $$ opensearch "$folder/opensearch")
node=http://127.0.0.1:$port
echo "   at $node"

say "what is promised: weirflow plan score.toml, index.toml"
"$weirflow" plan "$here/score.toml" | sed -n '/^  commit/,$p'
"$weirflow" plan "$here/index.toml" | sed -n '/^  commit/,$p'

say "$rows comments into reddit_stream, $pace a second, scorer and indexer beside it"
start comments "$root/dags/demo/comment_stream.toml" rows="$rows" pace="$pace"
while [[ $(count reddit_stream) == 0 ]]; do sleep 0.2; done
start scorer "$here/score.toml"
scorer=$last
while [[ $(count reddit_processed_stream) == 0 ]]; do sleep 0.2; done
start indexer "$here/index.toml" index_host="$node"
indexer=$last
watch $((rows / 3)) 120

say "kill -9 $scorer"
kill -9 "$scorer"
wait "$scorer" 2>/dev/null || true
echo "   the scorer is gone; comments go on to come: $(count reddit_stream) by now"

say "the scorer again: it goes on from its last checkpoint"
start scorer "$here/score.toml"
scorer=$last
watch "$rows" 300
kill -INT "$scorer" "$indexer"
wait "$scorer" "$indexer"
cat "$folder/scorer.out"

say "the proof"
names reddit_stream | sort >"$folder/in"
names reddit_processed_stream | sort >"$folder/out"
printf '   %-58s %8s\n' \
  'comments in reddit_stream' "$(wc -l <"$folder/in")" \
  'comments in reddit_processed_stream, read_committed' "$(wc -l <"$folder/out")" \
  'lost: in the first and not in the second' "$(comm -23 <(uniq "$folder/in") <(uniq "$folder/out") | wc -l)" \
  'doubled: more than once in the second' "$(uniq -d "$folder/out" | wc -l)" \
  'documents in the index' "$(documents)" \
  'flagged, with evidence, in reddit_alert_stream' "$(count reddit_alert_stream)"
if ! cmp -s "$folder/in" "$folder/out" || [[ $(documents) != "$(wc -l <"$folder/in")" ]]; then
  echo "   NOT the same"
  exit 1
fi
echo "   each comment once, across kill -9"
say "the most suspicious of them"
records reddit_alert_stream | python3 -c '
import json, sys
rows = sorted((json.loads(line) for line in sys.stdin), key=lambda r: -r["probability"])
for r in rows[:3]:
    print("   %.3f %s: %s" % (r["probability"], r["name"], " ".join(r["body"].split())[:90]))
    print("         because", r["evidence"][:100])
'
