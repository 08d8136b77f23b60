/* SPDX-License-Identifier: Apache-2.0 */
/** Programs that users start from: compiled, run in tests, quoted by the documents. */
@NullMarked
package io.acequia.streaming.examples;

import org.jspecify.annotations.NullMarked;
