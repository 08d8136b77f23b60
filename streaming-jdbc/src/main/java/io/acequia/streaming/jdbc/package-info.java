/* SPDX-License-Identifier: Apache-2.0 */
/** Rows in a database, exactly once. */
@NullMarked
package io.acequia.streaming.jdbc;

import org.jspecify.annotations.NullMarked;
