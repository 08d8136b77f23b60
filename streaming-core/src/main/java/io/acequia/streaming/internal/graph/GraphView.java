/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A program as a picture shows it: the operations that it names, each one box however many steps it is made of, and what leads
 * to an output. Operations come before those that are made of them, outputs last.
 *
 * @param appName name of the application
 * @param batchInterval the batch interval
 * @param checkpointDirectory where it is checkpointed
 * @param boxes sources, operations and outputs
 * @param arrows from each to those that are made of it
 */
public record GraphView(
        String appName,
        Duration batchInterval,
        Optional<String> checkpointDirectory,
        List<Box> boxes,
        List<Arrow> arrows) {
    public GraphView {
        boxes = List.copyOf(boxes);
        arrows = List.copyOf(arrows);
    }

    /** What a box stands for. */
    public enum Kind {
        SOURCE,
        OPERATION,
        /** An operation that keeps something from batch to batch: state, or what a window needs. */
        STATEFUL,
        OUTPUT
    }

    /**
     * A source, an operation or an output.
     *
     * @param id letters and digits, its own in the picture
     * @param kind what it stands for
     * @param name the one given in the program, else that of the operation
     * @param operation what the program called
     * @param uid under which a checkpoint has it
     * @param callSite where the program called it: {@code WordCount.java:42}
     * @param source what a source reads
     * @param slide how often it has a batch
     * @param kept the storage level, when the program asks for one
     */
    public record Box(
            String id,
            Kind kind,
            String name,
            String operation,
            String uid,
            String callSite,
            Optional<String> source,
            Duration slide,
            Optional<String> kept) {}

    /** Between two boxes, by their ids. */
    public record Arrow(String from, String to) {}
}
