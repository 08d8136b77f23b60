#!/bin/sh
# Tables as DynamoDB has them, on 127.0.0.1 only. PORT is needed. The data outlive a kill of the container.
set -eu
mkdir -p /var/lib/dynamodb
exec java -Xmx256m -XX:TieredStopAtLevel=1 -Xshare:auto -Djava.library.path=/opt/dynamodb/lib \
    -Dsqlite4java.library.path=/opt/dynamodb/lib -cp '/opt/dynamodb:/opt/dynamodb/lib/*' Loopback \
    -port "$PORT" -dbPath /var/lib/dynamodb -sharedDb -disableTelemetry
