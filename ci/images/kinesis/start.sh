#!/bin/sh
# A stream service that speaks Kinesis' protocol, on 127.0.0.1 only: PORT without TLS, TLS_PORT with a certificate of its own. What
# was put is on disk 200 ms later at the latest, and outlives a kill of the container, unless PERSIST is false: all is written anew
# each time, which is slow when it is much.
set -eu
cd /opt/kinesis
export KINESIS_MOCK_PLAIN_PORT="$PORT" KINESIS_MOCK_TLS_PORT="$TLS_PORT"
export KINESIS_MOCK_CERT_PATH=/opt/kinesis/node_modules/kinesis-local/server.json
export SHOULD_PERSIST_DATA="${PERSIST:-true}" PERSIST_PATH=/var/lib/kinesis PERSIST_INTERVAL=100ms
export CREATE_STREAM_DURATION=10ms DELETE_STREAM_DURATION=10ms SPLIT_SHARD_DURATION=10ms MERGE_SHARDS_DURATION=10ms
export SHARD_LIMIT=1000 LOG_LEVEL="${LOG:-WARN}"
mkdir -p "$PERSIST_PATH"
exec node --require /opt/kinesis/loopback.js node_modules/kinesis-local/main.js
