/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import java.net.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** A protocol of lines of JSON in a response without an end. Of one connection; for one thread. */
interface StreamApi {
    /** What opens the stream. */
    HttpRequest request();

    /**
     * What a line says that is not blank.
     *
     * @return null for what is no post, and was counted
     * @throws ReceiverDisconnectedException when the server says good-bye; anything else when the line makes no sense
     */
    @Nullable
    Tweet decode(String line) throws Exception;
}
