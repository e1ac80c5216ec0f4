package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.params.Initializer;
import dev.millrace.engine.params.ParameterLayout;
import dev.millrace.engine.params.Tensor.Form;
import java.util.List;
import java.util.Optional;

/** What a layer is built with: its place in the network and what all layers share. */
record Build(
    String name,
    List<Source> sources,
    int maxRows,
    ParameterLayout layout,
    Kernels kernels,
    Workspace workspace) {

  /** Places a tensor for products under the layer's name. */
  Parameter panels(String what, int rows, int columns, Initializer initializer) {
    return panels(what, rows, columns, initializer, 0, 0);
  }

  /** Places a tensor for products that is kept small. */
  Parameter panels(
      String what, int rows, int columns, Initializer initializer, double l1, double l2) {
    return new Parameter(
        layout.add(name + "/" + what, rows, columns, Form.PANELS),
        initializer,
        (float) l1,
        (float) l2);
  }

  /** Places a table with a row for each category. */
  Parameter table(
      String what,
      Categories categories,
      int columns,
      Initializer initializer,
      double l1,
      double l2) {
    if (categories.size() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a table has at most 2^31 - 1 rows, layer=" + name + ", rows=" + categories.size());
    }
    return new Parameter(
        layout.add(name + "/" + what, (int) categories.size(), columns, Form.ROWS),
        initializer,
        (float) l1,
        (float) l2);
  }

  /** The one input, of numbers. */
  Signal signal() {
    return signal(onlySource());
  }

  private Signal signal(Source source) {
    if (source.signal().isEmpty() || source.categories().isPresent()) {
      throw new IllegalArgumentException(
          "layer '%s' reads numbers or another layer; categories need a dense layer or an embedding"
              .formatted(name));
    }
    return source.signal().get();
  }

  /** The one input, whatever it is. */
  Source onlySource() {
    if (sources.size() != 1) {
      throw new IllegalArgumentException(
          "layer '%s' has one input, inputs=%d".formatted(name, sources.size()));
    }
    return sources.getFirst();
  }

  /** All inputs, of numbers, at least two. */
  Signal[] signals() {
    if (sources.size() < 2) {
      throw new IllegalArgumentException("layer '%s' joins at least two inputs".formatted(name));
    }
    return sources.stream().map(this::signal).toArray(Signal[]::new);
  }

  /** The fields of all inputs. */
  Categories categories() {
    Optional<Categories> joined = Optional.empty();
    for (Source source : sources) {
      if (source.categories().isEmpty() || source.signal().isPresent()) {
        throw new IllegalArgumentException(
            "layer '%s' reads categories: one_hot or hashed features by name, or '%s'"
                .formatted(name, Inputs.CATEGORIES));
      }
      Categories more = source.categories().get();
      joined = Optional.of(joined.isEmpty() ? more : joined.get().with(more));
    }
    return joined.orElseThrow();
  }

  /** A signal for the layer's output. */
  Signal output(int width) {
    workspace.reserve(maxRows, width);
    return Signal.ofLayer(width, maxRows);
  }
}
