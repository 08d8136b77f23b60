/* SPDX-License-Identifier: Apache-2.0 */
/** A clock that the test owns, inputs that can be replayed, and the suites that an engine or receiver must pass. */
@NullMarked
package io.acequia.streaming.testkit;

import org.jspecify.annotations.NullMarked;
