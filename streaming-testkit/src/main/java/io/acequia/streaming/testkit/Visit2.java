/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.io.Serializable;

/** The same with one more field. */
record Visit2(int pages, int clicks) implements Serializable {}
