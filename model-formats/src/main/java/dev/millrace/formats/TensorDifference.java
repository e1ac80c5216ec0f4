package dev.millrace.formats;

import dev.millrace.engine.Learner;
import dev.millrace.engine.state.StateArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How an array of one model differs from that of another.
 *
 * @param norm root of the sum of squares in the first; empty if it has none of this name
 * @param otherNorm the same of the second
 * @param distance the norm of the difference; empty if the two are not of one shape
 */
public record TensorDifference(
    String name, Optional<Double> norm, Optional<Double> otherNorm, Optional<Double> distance) {
  private static final int PART = 1 << 14;

  /** Of every array of real numbers that either has, in their order. */
  public static List<TensorDifference> between(Learner one, Learner other) {
    Tensors first = Tensors.of(one);
    Tensors second = Tensors.of(other);
    Set<String> names = new LinkedHashSet<>(first.all().keySet());
    names.addAll(second.all().keySet());
    List<TensorDifference> differences = new ArrayList<>();
    for (String name : names) {
      Optional<StateArray> a = real(first, name);
      Optional<StateArray> b = real(second, name);
      if (a.isPresent() || b.isPresent()) {
        boolean same = a.isPresent() && b.isPresent() && a.get().shape().equals(b.get().shape());
        differences.add(
            new TensorDifference(
                name,
                a.map(array -> norm(array, Optional.empty())),
                b.map(array -> norm(array, Optional.empty())),
                same ? Optional.of(norm(a.get(), b)) : Optional.empty()));
      }
    }
    return differences;
  }

  private static Optional<StateArray> real(Tensors tensors, String name) {
    return Optional.ofNullable(tensors.all().get(name))
        .filter(array -> array.type() != StateArray.Type.INT64);
  }

  /** The norm of an array, or of it less another. */
  private static double norm(StateArray array, Optional<StateArray> less) {
    double squares = 0;
    for (int part = 0; part < array.length(); part += PART) {
      int from = part;
      int count = Math.min(PART, array.length() - from);
      ByteBuffer values = bytes(array, from, count);
      Optional<ByteBuffer> others = less.map(other -> bytes(other, from, count));
      for (int i = 0; i < count; i++) {
        double value = value(array, values);
        double rest = others.isEmpty() ? value : value - value(less.get(), others.get());
        squares += rest * rest;
      }
    }
    return Math.sqrt(squares);
  }

  private static ByteBuffer bytes(StateArray array, int from, int count) {
    return ByteBuffer.wrap(array.toBytes(from, count)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static double value(StateArray array, ByteBuffer bytes) {
    return array.type() == StateArray.Type.FLOAT32 ? bytes.getFloat() : bytes.getDouble();
  }
}
