/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.objenesis.instantiator.ObjectInstantiator;
import com.esotericsoftware.kryo.kryo5.objenesis.strategy.InstantiatorStrategy;
import com.esotericsoftware.kryo.kryo5.objenesis.strategy.StdInstantiatorStrategy;
import com.esotericsoftware.kryo.kryo5.serializers.CollectionSerializer;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultSerializers;
import com.esotericsoftware.kryo.kryo5.serializers.FieldSerializer;
import com.esotericsoftware.kryo.kryo5.serializers.MapSerializer;
import com.esotericsoftware.kryo.kryo5.util.MapReferenceResolver;
import io.acequia.streaming.data.Utf8;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.util.EnumSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A Kryo that lets only admitted classes pass and whose bytes do not depend on what it met before. Kryo's serializers for
 * fields, enums, arrays, collections and maps are replaced: they believe lengths, leave out classes that seem clear from
 * declared types, and write enums by number. For one thread at a time.
 */
final class RecordKryo extends Kryo {
    private static final int MOST_DEPTH = 400;
    private static final int SMALL = 1 << 10;
    private static final int MOST_KEPT = 1 << 16;

    private final NamedClasses classes;
    private final Admission admission;
    private Output out = new Output(SMALL, -1);

    RecordKryo(
            Admission admission,
            Iterable<CodecSerializer> codecs,
            Set<Class<?>> unsafeJava,
            Map<String, Class<?>> renamed) {
        this(new NamedClasses(admission, codecs, unsafeJava, renamed), admission, codecs, unsafeJava);
    }

    private RecordKryo(
            NamedClasses classes, Admission admission, Iterable<CodecSerializer> codecs, Set<Class<?>> unsafeJava) {
        super(classes, new References());
        this.classes = classes;
        this.admission = admission;
        setRegistrationRequired(true);
        setMaxDepth(MOST_DEPTH);
        setInstantiatorStrategy(new Constructors());
        BuiltInTypes.register(this);
        classes.endOfBuiltIns();
        for (CodecSerializer codec : codecs) {
            register(new Registration(codec.type(), codec, getNextRegistrationId()));
        }
        Set<String> names = unsafeJava.stream().map(Class::getName).collect(Collectors.toSet());
        for (Class<?> type : unsafeJava) {
            register(new Registration(type, new UnsafeJavaSerializer(type, names), getNextRegistrationId()));
        }
    }

    NamedClasses classes() {
        return classes;
    }

    /** Where a run of records is written; it keeps its size from run to run, as growing copies. */
    Output out() {
        return out;
    }

    /** Ends a run of records. */
    void endOfRun() {
        classes.forget();
        if (out.getBuffer().length > MOST_KEPT) {
            out = new Output(SMALL, -1);
        }
        out.reset();
    }

    @Override
    @SuppressWarnings("rawtypes") // as declared by Kryo
    public Registration getRegistration(Class type) {
        Registration registration = classes.getRegistration(type);
        if (registration != null) {
            return registration;
        }
        Class<?> declared = declared(type);
        Registration known = classes.getRegistration(declared);
        if (known != null) {
            return known;
        }
        if (!classes.mayPass(declared)) {
            throw new UnregisteredClassException(declared);
        }
        // A class that cannot be serialized fails here and spoils nothing.
        Registration made = register(declared, getDefaultSerializer(declared));
        admission.admitted(declared);
        return made;
    }

    /** The class as the program spells it: a constant with a body has a class of its own, and so has a set of constants. */
    private static Class<?> declared(Class<?> type) {
        if (EnumSet.class.isAssignableFrom(type)) {
            return EnumSet.class;
        }
        Class<?> declared = type;
        while (Enum.class.isAssignableFrom(declared) && declared != Enum.class && !declared.isEnum()) {
            declared = declared.getSuperclass();
        }
        return declared;
    }

    @Override
    @SuppressWarnings("rawtypes") // as declared by Kryo
    public Serializer getDefaultSerializer(Class type) {
        Class<?> plain = type;
        if (plain.isArray() && !plain.getComponentType().isPrimitive()) {
            return new Containers.OfArray(plain.getComponentType());
        }
        if (plain == boolean[].class) {
            return new Containers.OfBooleans();
        }
        if (plain.isEnum()) {
            return new Containers.OfEnum(plain);
        }
        if (plain.isRecord()) {
            return new FieldsSerializer(plain);
        }
        Serializer<?> usual = super.getDefaultSerializer(type);
        if (usual.getClass() == FieldSerializer.class) {
            return new FieldsSerializer(plain);
        }
        if (usual.getClass() == CollectionSerializer.class) {
            return new Containers.OfCollection();
        }
        if (usual.getClass() == MapSerializer.class) {
            return new Containers.OfMap();
        }
        if (usual.getClass() == DefaultSerializers.PriorityQueueSerializer.class) {
            return new BoundedPriorityQueue();
        }
        return usual;
    }

    /** The constructor without parameters, where there is one. Kryo's own way generates classes that may not see all others. */
    private static final class Constructors implements InstantiatorStrategy {
        private final InstantiatorStrategy none = new StdInstantiatorStrategy();

        @Override
        public <T> ObjectInstantiator<T> newInstantiatorOf(Class<T> type) {
            Constructor<T> constructor;
            try {
                constructor = type.getDeclaredConstructor();
                constructor.setAccessible(true);
            } catch (NoSuchMethodException | InaccessibleObjectException e) {
                return none.newInstantiatorOf(type);
            }
            return () -> {
                try {
                    return constructor.newInstance();
                } catch (ReflectiveOperationException e) {
                    throw new KryoException(type + " cannot be made: " + e, e);
                }
            };
        }
    }

    private static final class BoundedPriorityQueue extends DefaultSerializers.PriorityQueueSerializer {
        @Override
        @SuppressWarnings("rawtypes") // as declared by Kryo
        protected PriorityQueue create(Kryo kryo, Input in, Class<? extends PriorityQueue> type, int size) {
            return super.create(kryo, in, type, Math.min(size, in.limit() - in.position()));
        }
    }

    /** Texts are written anew each time: the same object rarely comes twice. */
    private static final class References extends MapReferenceResolver {
        @Override
        @SuppressWarnings("rawtypes") // as declared by Kryo
        public boolean useReferences(Class type) {
            return type != String.class && type != Utf8.class && super.useReferences(type);
        }
    }
}
