/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

class LocalDownTimeTest extends DownTimeSemantics {}
