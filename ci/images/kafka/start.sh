#!/bin/sh
# A broker and its controller in one process, on 127.0.0.1 only. PORT and CONTROLLER_PORT are needed. SSL_PORT,
# SASL_PLAINTEXT_PORT and SASL_SSL_PORT open more listeners; KEYSTORE has what becomes /opt/kafka/keystore.p12, in base64.
# PROXIED_PORT is one more listener, for clients that come by a proxy, which listens on PROXY_PORT. What a test adds to the
# properties is in EXTRA. The data outlive a kill of the container.
set -eu
config=/opt/kafka/server.properties
listeners=PLAINTEXT://127.0.0.1:$PORT
for protocol in SSL SASL_PLAINTEXT SASL_SSL; do
    eval "port=\${${protocol}_PORT:-}"
    [ -z "$port" ] || listeners="$listeners,$protocol://127.0.0.1:$port"
done
advertised=$listeners
if [ -n "${PROXIED_PORT:-}" ]; then
    advertised="$listeners,PROXIED://127.0.0.1:$PROXY_PORT"
    listeners="$listeners,PROXIED://127.0.0.1:$PROXIED_PORT"
fi
[ -z "${KEYSTORE:-}" ] || echo "$KEYSTORE" | base64 -d >/opt/kafka/keystore.p12
cat >"$config" <<P
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$CONTROLLER_PORT
listeners=$listeners,CONTROLLER://127.0.0.1:$CONTROLLER_PORT
advertised.listeners=$advertised
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL,SASL_PLAINTEXT:SASL_PLAINTEXT
log.dirs=/var/lib/kafka
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=400
initial.broker.registration.timeout.ms=60000
${EXTRA:-}
P
java="java -Xmx512m -XX:TieredStopAtLevel=1 -Xshare:auto -Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
if [ ! -f /var/lib/kafka/meta.properties ]; then
    $java -cp '/opt/kafka/lib/*' kafka.tools.StorageTool format -t MkU3OEVBNTcwNTJENDM2Qk -c "$config"
fi
exec $java -cp '/opt/kafka/lib/*' kafka.Kafka "$config"
