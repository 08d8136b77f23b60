/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

/** On the local engine. */
class LocalRecordErrorTest extends RecordErrorSemantics {}
