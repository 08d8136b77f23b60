#!/bin/sh
# A feeder, on 127.0.0.1 only. PORT is where it is told what to do, ARTERY_PORT where other actor systems reach it; those that come
# by a proxy find it at CANONICAL_PORT. CONFIG is more configuration of its actor system; KEYSTORE and TRUSTSTORE have what become
# /opt/feeder/keystore.p12 and truststore.p12, in base64. What it was told outlives a kill of the container.
set -eu
mkdir -p /var/lib/feeder
[ -z "${KEYSTORE:-}" ] || echo "$KEYSTORE" | base64 -d >/opt/feeder/keystore.p12
[ -z "${TRUSTSTORE:-}" ] || echo "$TRUSTSTORE" | base64 -d >/opt/feeder/truststore.p12
exec java -Xmx256m -XX:TieredStopAtLevel=1 -Xshare:auto \
    -cp '/opt/feeder/classes:/opt/feeder/lib/*' Feeder
