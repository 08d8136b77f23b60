/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import java.io.Serializable;

/**
 * Where a record of a log is.
 *
 * @param file its segment, a name in the folder of the log
 * @param offset where the record begins in it, in bytes
 * @param length of the payload, in bytes
 * @param seq its number in the log
 */
public record Address(String file, long offset, int length, long seq) implements Serializable {}
