/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.Durations;
import io.acequia.streaming.internal.graph.GraphView;
import io.acequia.streaming.internal.graph.GraphView.Arrow;
import io.acequia.streaming.internal.graph.GraphView.Box;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How the graph of a program is written. In the forms for programs any text is escaped, so that none of it is taken for the form. */
enum GraphFormat {
    /** For people: each output, and below it the streams that lead to it. */
    TEXT {
        @Override
        String of(GraphView graph, String text) {
            return heading(graph) + "\n" + text;
        }
    },
    /** For programs. */
    JSON {
        @Override
        String of(GraphView graph, String text) {
            return "{\n  \"application\": " + json(graph.appName()) + ",\n  \"batchIntervalMs\": "
                    + graph.batchInterval().toMillis() + ",\n  \"checkpointDirectory\": "
                    + json(graph.checkpointDirectory()) + ",\n  \"nodes\": "
                    + array(graph.boxes().stream().map(GraphFormat::json).toList()) + ",\n  \"edges\": "
                    + array(graph.arrows().stream().map(GraphFormat::json).toList()) + "\n}\n";
        }
    },
    /** For a page in Markdown. */
    MERMAID {
        @Override
        String of(GraphView graph, String text) {
            StringBuilder lines = new StringBuilder("flowchart LR\n");
            graph.boxes().forEach(box -> lines.append("  ")
                    .append(box.id())
                    .append(mermaidShape(box.kind())
                            .formatted(label(box).stream()
                                    .map(GraphFormat::mermaid)
                                    .collect(Collectors.joining("<br/>"))))
                    .append('\n'));
            graph.arrows().forEach(arrow -> lines.append("  ")
                    .append(arrow.from())
                    .append(" --> ")
                    .append(arrow.to())
                    .append('\n'));
            return lines.toString();
        }
    },
    /** For Graphviz. */
    DOT {
        @Override
        String of(GraphView graph, String text) {
            StringBuilder lines = new StringBuilder("digraph " + dot(graph.appName()) + " {\n  rankdir=LR;\n");
            graph.boxes().forEach(box -> lines.append("  ")
                    .append(box.id())
                    .append(" [shape=")
                    .append(dotShape(box.kind()))
                    .append(", label=")
                    .append(dot(String.join("\n", label(box))))
                    .append("];\n"));
            graph.arrows().forEach(arrow -> lines.append("  ")
                    .append(arrow.from())
                    .append(" -> ")
                    .append(arrow.to())
                    .append(";\n"));
            return lines.append("}\n").toString();
        }
    };

    /**
     * The graph in this form.
     *
     * @param text what {@code describe()} gives
     */
    abstract String of(GraphView graph, String text);

    private static String mermaidShape(GraphView.Kind kind) {
        return switch (kind) {
            case SOURCE -> "([\"%s\"])";
            case OPERATION -> "[\"%s\"]";
            case STATEFUL -> "[(\"%s\")]";
            case OUTPUT -> "[/\"%s\"/]";
        };
    }

    private static String dotShape(GraphView.Kind kind) {
        return switch (kind) {
            case SOURCE -> "ellipse";
            case OPERATION -> "box";
            case STATEFUL -> "cylinder";
            case OUTPUT -> "parallelogram";
        };
    }

    private static String heading(GraphView graph) {
        return "'" + Printable.line(graph.appName()) + "', a batch every " + Durations.text(graph.batchInterval())
                + graph.checkpointDirectory()
                        .map(directory -> ", checkpointed in " + Printable.line(directory))
                        .orElse("");
    }

    /** The lines in a box. */
    private static List<String> label(Box box) {
        List<String> lines = new ArrayList<>();
        lines.add(box.name());
        box.source().ifPresent(source -> lines.add("from " + source));
        if (!box.name().equals(box.operation())) {
            lines.add(box.operation());
        }
        lines.add(box.callSite());
        return lines;
    }

    private static String array(List<String> elements) {
        return elements.stream().collect(Collectors.joining(",\n    ", "[\n    ", "\n  ]"));
    }

    private static String json(Box box) {
        return "{\"id\": " + json(box.id()) + ", \"kind\": "
                + json(box.kind().name().toLowerCase(Locale.ROOT))
                + ", \"name\": " + json(box.name()) + ", \"operation\": " + json(box.operation()) + ", \"uid\": "
                + json(box.uid()) + ", \"callSite\": " + json(box.callSite()) + ", \"source\": "
                + json(box.source()) + ", \"slideMs\": " + box.slide().toMillis() + ", \"storageLevel\": "
                + json(box.kept()) + "}";
    }

    private static String json(Arrow arrow) {
        return "{\"from\": " + json(arrow.from()) + ", \"to\": " + json(arrow.to()) + "}";
    }

    private static String json(Optional<String> text) {
        return text.map(GraphFormat::json).orElse("null");
    }

    private static String json(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }

    /** Letters, digits and what has no meaning in a label; anything else by its number. */
    private static String mermaid(String text) {
        StringBuilder plain = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (Character.isLetterOrDigit(c) || " .,:/-_=+'()*".indexOf(c) >= 0) {
                plain.appendCodePoint(c);
            } else {
                plain.append('#').append(c).append(';');
            }
        });
        return plain.toString();
    }

    private static String dot(String text) {
        return "\""
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", " ") + "\"";
    }
}
