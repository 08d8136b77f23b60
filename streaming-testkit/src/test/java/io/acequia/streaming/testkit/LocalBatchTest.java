/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

class LocalBatchTest extends BatchSemantics {}
