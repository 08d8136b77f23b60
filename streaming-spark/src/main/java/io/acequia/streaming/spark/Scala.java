/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.OneToOneDependency;
import org.apache.spark.rdd.RDD;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** The few places where Java meets the types of Scala. */
final class Scala {
    private Scala() {}

    /** A Scala iterator over the same records; {@link #java} gives the same object back. */
    static <T> scala.collection.Iterator<T> iterator(Iterator<T> records) {
        return CollectionConverters.asScala(records);
    }

    static <T> Iterator<T> java(scala.collection.Iterator<T> records) {
        return CollectionConverters.asJava(records);
    }

    static <T> Seq<T> seq(List<T> list) {
        return CollectionConverters.asScala(list).toList();
    }

    @SuppressWarnings("unchecked") // whatever the type, arrays of records are arrays of objects
    static <T> ClassTag<T> tag() {
        return (ClassTag<T>) ClassTag$.MODULE$.AnyRef();
    }

    /** The partitions of each parent, one by one. */
    static Seq<Dependency<?>> oneToOne(RDD<?>... parents) {
        return seq(List.of(parents).stream()
                .<Dependency<?>>map(parent -> new OneToOneDependency<>(parent))
                .toList());
    }
}
