/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/**
 * An event of Flume. Equal to another one of the same content.
 *
 * @param headers as interceptors and sources of the agent have set them; cannot be changed
 * @param body the array itself, no copy: must not be changed
 */
public record FlumeEvent(Map<String, String> headers, byte[] body) implements Serializable {
    private static final int SHOWN = 40;

    /** An event, as for the tests of a function that decodes one. */
    public FlumeEvent {
        headers = headers.isEmpty() ? Map.of() : Map.copyOf(headers);
        Objects.requireNonNull(body, "body");
    }

    /** The body as UTF-8; what is no UTF-8 becomes U+FFFD. */
    public String text() {
        return new String(body, UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlumeEvent that && headers.equals(that.headers) && Arrays.equals(body, that.body);
    }

    @Override
    public int hashCode() {
        return 31 * headers.hashCode() + Arrays.hashCode(body);
    }

    /** The headers, and the beginning of the body. */
    @Override
    public String toString() {
        return headers + " " + new String(body, 0, Math.min(body.length, SHOWN), UTF_8);
    }
}
