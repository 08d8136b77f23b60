/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.io.Serializable;

/**
 * A codec with the class whose objects it writes.
 *
 * @param type exactly this class, not its subclasses
 * @param codec writes and reads its objects
 */
public record TypedCodec<T>(Class<T> type, Codec<T> codec) implements Serializable {}
