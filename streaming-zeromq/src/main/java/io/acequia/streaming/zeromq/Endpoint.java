/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.data.Secret;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import zmq.SocketBase;
import zmq.ZMQ;

/** Where and how a receiver meets its peers. */
record Endpoint(
        String name,
        SocketType type,
        String address,
        boolean bound,
        @Nullable Curve curve,
        Duration connectTimeout,
        Duration heartbeatTimeout,
        int highWaterMark,
        long maxMessageSize)
        implements Serializable {
    @Override
    public String toString() {
        return "ZeroMQ " + type + (bound ? " bound to " : " connected to ") + address;
    }

    /**
     * The keys of one side of CURVE.
     *
     * @param serverKey the peer's, when that is the server; null when we are
     * @param publicKey ours, as a client
     */
    record Curve(@Nullable String serverKey, @Nullable String publicKey, Secret secretKey) implements Serializable {
        private static final Pattern Z85 = Pattern.compile("[0-9a-zA-Z.\\-:+=^!/*?&<>()\\[\\]{}@%$#]{40}");

        void addProblems(List<String> wrong) {
            check("curve secretKey", secretKey.expose(), wrong);
            if (serverKey != null && publicKey != null) {
                check("curve serverKey", serverKey, wrong);
                check("curve publicKey", publicKey, wrong);
            }
        }

        /** Says nothing of the key itself: public and secret ones look alike, and are given for each other. */
        private static void check(String what, String key, List<String> wrong) {
            if (!Z85.matcher(key).matches()) {
                wrong.add(what + " of " + key.length() + " characters: must be a key of 40 characters in Z85");
            }
        }

        void apply(SocketBase socket) {
            socket.setSocketOpt(ZMQ.ZMQ_CURVE_SECRETKEY, secretKey.expose());
            if (serverKey == null) {
                socket.setSocketOpt(ZMQ.ZMQ_CURVE_SERVER, true);
            } else {
                socket.setSocketOpt(ZMQ.ZMQ_CURVE_PUBLICKEY, publicKey);
                socket.setSocketOpt(ZMQ.ZMQ_CURVE_SERVERKEY, serverKey);
            }
        }
    }
}
