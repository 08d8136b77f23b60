/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** What a POM says, read by element names. */
record Pom(Path path, Element root) {
    static Pom read(Path path) {
        try {
            Document document =
                    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(path.toFile());
            return new Pom(path, document.getDocumentElement());
        } catch (Exception e) {
            throw new IllegalStateException("cannot read " + path, e);
        }
    }

    static Pom ofModule(String module) {
        return read(Repository.ROOT.resolve(module).resolve("pom.xml"));
    }

    /** The text of the only element at this way from the root. */
    String value(String... way) {
        return values(way).get(0);
    }

    /** The texts of the elements at this way from the root. */
    List<String> values(String... way) {
        return elements(way).stream()
                .map(Element::getTextContent)
                .map(String::trim)
                .toList();
    }

    /** The elements at this way from the root. */
    List<Element> elements(String... way) {
        List<Element> found = List.of(root);
        for (String name : way) {
            List<Element> next = new ArrayList<>();
            found.forEach(element -> next.addAll(children(element, name)));
            found = next;
        }
        return found;
    }

    static List<Element> children(Element parent, String name) {
        List<Element> children = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals(name)) {
                children.add(element);
            }
        }
        return children;
    }
}
