#!/bin/sh
# A broker and its controller in one process, on 127.0.0.1 only. PORT and CONTROLLER_PORT are needed. What a test adds to the
# properties is in EXTRA. The data outlive a kill of the container.
set -eu
config=/opt/kafka/server.properties
cat >"$config" <<P
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$CONTROLLER_PORT
listeners=PLAINTEXT://127.0.0.1:$PORT,CONTROLLER://127.0.0.1:$CONTROLLER_PORT
advertised.listeners=PLAINTEXT://127.0.0.1:$PORT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL,SASL_PLAINTEXT:SASL_PLAINTEXT
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
