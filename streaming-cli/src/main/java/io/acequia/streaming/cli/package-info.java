/* SPDX-License-Identifier: Apache-2.0 */
/** The code behind bin/acequia. */
@NullMarked
package io.acequia.streaming.cli;

import org.jspecify.annotations.NullMarked;
