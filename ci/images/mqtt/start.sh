#!/bin/sh
# Mosquitto on 127.0.0.1 only. PORT is needed. SSL_PORT and MUTUAL_PORT listen with TLS, the second one asks for a certificate of
# the client; both need KEYSTORE, a PKCS12 store in base64, and KEYSTORE_PASSWORD. CLIENT_CA has the certificate that clients'
# ones are checked against, in PEM. USERS has a name:password a line; without it there are no logins. ACL has a file of access rules.
# ADMIN is the password of a user admin of the dynamic security plugin, who may subscribe to $CONTROL and $SYS and to nothing else.
# INFLIGHT is the window of messages that a client has not acknowledged. PERSISTENCE=false keeps nothing, which is faster:
# otherwise each message is saved. LOG is what is printed. What a test adds to the configuration is in EXTRA, and to that of the
# first listener in LISTENER. The data outlive a kill of the container.
set -eu
config=/etc/mosquitto/test.conf
data=/var/lib/mosquitto
cat >"$config" <<C
user root
per_listener_settings false
persistence ${PERSISTENCE:-true}
persistence_location $data/
autosave_on_changes true
autosave_interval 1
max_queued_messages 0
max_inflight_messages ${INFLIGHT:-20}
sys_interval 1
log_dest stderr
log_timestamp false
log_type ${LOG:-all}
C
if [ -n "${ADMIN:-}" ]; then
    if [ ! -f "$data/security.json" ]; then
        mosquitto_ctrl dynsec init "$data/security.json" admin "$ADMIN" >/dev/null
        sed -i '/"topic":.*"#"/{n;s/true/false/}' "$data/security.json"
    fi
    echo "plugin $(find /usr/lib -name mosquitto_dynamic_security.so)" >>"$config"
    echo "plugin_opt_config_file $data/security.json" >>"$config"
    echo "allow_anonymous false" >>"$config"
elif [ -n "${USERS:-}" ]; then
    echo "$USERS" >/etc/mosquitto/users
    chmod 600 /etc/mosquitto/users
    mosquitto_passwd -U /etc/mosquitto/users
    echo "allow_anonymous false" >>"$config"
    echo "password_file /etc/mosquitto/users" >>"$config"
else
    echo "allow_anonymous true" >>"$config"
fi
if [ -n "${ACL:-}" ]; then
    echo "$ACL" >/etc/mosquitto/acl
    chmod 600 /etc/mosquitto/acl
    echo "acl_file /etc/mosquitto/acl" >>"$config"
fi
echo "${EXTRA:-}" >>"$config"
echo "listener $PORT 127.0.0.1" >>"$config"
echo "${LISTENER:-}" >>"$config"
if [ -n "${KEYSTORE:-}" ]; then
    echo "$KEYSTORE" | base64 -d >/etc/mosquitto/keys.p12
    openssl pkcs12 -in /etc/mosquitto/keys.p12 -passin "pass:$KEYSTORE_PASSWORD" -nodes -nocerts -out /etc/mosquitto/key.pem
    openssl pkcs12 -in /etc/mosquitto/keys.p12 -passin "pass:$KEYSTORE_PASSWORD" -nodes -nokeys -out /etc/mosquitto/cert.pem
    echo "${CLIENT_CA:-}" >/etc/mosquitto/clients.pem
    cat >>"$config" <<C
listener $SSL_PORT 127.0.0.1
certfile /etc/mosquitto/cert.pem
keyfile /etc/mosquitto/key.pem
C
    [ -z "${MUTUAL_PORT:-}" ] || cat >>"$config" <<C
listener $MUTUAL_PORT 127.0.0.1
certfile /etc/mosquitto/cert.pem
keyfile /etc/mosquitto/key.pem
cafile /etc/mosquitto/clients.pem
require_certificate true
C
fi
exec mosquitto -c "$config"
