#!/bin/sh
# An agent, named a, on 127.0.0.1 only. CONF is its configuration, in which $NAME stands for a variable, as for a port. SINK_JAR is a
# jar in base64 that joins the class path, KEYSTORE what becomes /opt/flume/keystore.p12. COUNTERS_PORT answers GET /COMPONENT/COUNTER.
# The data outlive a kill of the container, in /var/lib/flume.
set -eu
eval "cat >/opt/flume/agent.properties <<CONF
$CONF
CONF"
mkdir -p /var/lib/flume
class_path='/opt/flume/classes:/opt/flume/lib/*'
if [ -n "${SINK_JAR:-}" ]; then
    echo "$SINK_JAR" | base64 -d >/opt/flume/sink.jar
    class_path="/opt/flume/sink.jar:$class_path"
fi
[ -z "${KEYSTORE:-}" ] || echo "$KEYSTORE" | base64 -d >/opt/flume/keystore.p12
exec java -Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
    -Dflume.monitoring.type=io.acequia.images.flume.Counters \
    -cp "$class_path" org.apache.flume.node.Application -n a -f /opt/flume/agent.properties --no-reload-conf
