/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Makes rows of the objects of a record class. */
final class RecordRows<T> implements Function<T, Row> {
    private static final long serialVersionUID = 1;

    private static final Map<Class<?>, DataType> PLAIN = Map.ofEntries(
            Map.entry(String.class, DataTypes.StringType),
            Map.entry(int.class, DataTypes.IntegerType),
            Map.entry(Integer.class, DataTypes.IntegerType),
            Map.entry(long.class, DataTypes.LongType),
            Map.entry(Long.class, DataTypes.LongType),
            Map.entry(short.class, DataTypes.ShortType),
            Map.entry(Short.class, DataTypes.ShortType),
            Map.entry(byte.class, DataTypes.ByteType),
            Map.entry(Byte.class, DataTypes.ByteType),
            Map.entry(double.class, DataTypes.DoubleType),
            Map.entry(Double.class, DataTypes.DoubleType),
            Map.entry(float.class, DataTypes.FloatType),
            Map.entry(Float.class, DataTypes.FloatType),
            Map.entry(boolean.class, DataTypes.BooleanType),
            Map.entry(Boolean.class, DataTypes.BooleanType),
            Map.entry(byte[].class, DataTypes.BinaryType),
            Map.entry(BigDecimal.class, DataTypes.createDecimalType(38, 18)),
            Map.entry(Instant.class, DataTypes.TimestampType),
            Map.entry(LocalDate.class, DataTypes.DateType));

    private static final ClassValue<Method[]> ACCESSORS = new ClassValue<>() {
        @Override
        protected Method[] computeValue(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            Method[] accessors = new Method[components.length];
            for (int i = 0; i < accessors.length; i++) {
                accessors[i] = components[i].getAccessor();
                accessors[i].trySetAccessible();
            }
            return accessors;
        }
    };

    private final Class<T> type;

    RecordRows(Class<T> type) {
        this.type = type;
    }

    static StructType schema(Class<?> type) {
        List<StructField> fields = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            DataType column = columnType(component.getGenericType(), type, component);
            fields.add(DataTypes.createStructField(
                    component.getName(), column, !component.getType().isPrimitive()));
        }
        return DataTypes.createStructType(fields);
    }

    private static DataType columnType(Type of, Class<?> owner, RecordComponent component) {
        if (of instanceof Class<?> plain) {
            DataType known = PLAIN.get(plain);
            if (known != null) {
                return known;
            }
            if (plain.isRecord()) {
                return schema(plain);
            }
        }
        if (of instanceof ParameterizedType list && list.getRawType() == List.class) {
            return DataTypes.createArrayType(columnType(list.getActualTypeArguments()[0], owner, component));
        }
        throw new IllegalArgumentException("ACQ-2690 component '" + component.getName() + "' of " + owner.getName()
                + " has type " + of.getTypeName()
                + ", which cannot be a column: it may be a string, a number, a boolean,"
                + " bytes, an Instant, a LocalDate, a record of those, or a list of those");
    }

    @Override
    public Row call(T record) throws Exception {
        return row(type, record);
    }

    private static Row row(Class<?> type, Object record) throws ReflectiveOperationException {
        Method[] accessors = ACCESSORS.get(type);
        @Nullable Object[] values = new Object[accessors.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(accessors[i].invoke(record));
        }
        return RowFactory.create(values);
    }

    private static @Nullable Object value(@Nullable Object of) throws ReflectiveOperationException {
        if (of instanceof Record record) {
            return row(record.getClass(), record);
        }
        if (of instanceof Collection<?> list) {
            List<@Nullable Object> values = new ArrayList<>(list.size());
            for (Object each : list) {
                values.add(value(each));
            }
            return scala.jdk.javaapi.CollectionConverters.asScala(values).toSeq();
        }
        return of;
    }
}
