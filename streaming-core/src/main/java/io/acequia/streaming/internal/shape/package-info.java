/* SPDX-License-Identifier: Apache-2.0 */
/** Which chains have the same form, so that each form is planned once. */
@NullMarked
package io.acequia.streaming.internal.shape;

import org.jspecify.annotations.NullMarked;
