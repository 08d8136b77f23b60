/* SPDX-License-Identifier: Apache-2.0 */
/** What an application author writes against: contexts, configuration, DStreams and RDDs. */
@NullMarked
package io.acequia.streaming;

import org.jspecify.annotations.NullMarked;
