/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.io.Serializable;

/** A state of which {@link RenamedClass} makes an older version. */
record Visit1(int pages) implements Serializable {}
