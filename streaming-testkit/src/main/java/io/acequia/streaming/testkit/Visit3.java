/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.io.Serializable;

/** The same with a field of another type. */
record Visit3(String pages) implements Serializable {}
