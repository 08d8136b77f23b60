/* SPDX-License-Identifier: Apache-2.0 */
/** Where durable data lives: what a storage must do so that logs and checkpoints can trust it. */
@NullMarked
package io.acequia.streaming.storage;

import org.jspecify.annotations.NullMarked;
