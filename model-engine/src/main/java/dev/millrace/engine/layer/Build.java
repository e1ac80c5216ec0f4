package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.params.Initializer;
import dev.millrace.engine.params.ParameterLayout;
import dev.millrace.engine.params.Tensor.Form;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a layer is built with: its place in the network and what all layers share.
 *
 * @param number its place among the layers, from 0
 */
record Build(
    String name,
    int number,
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

  /** All inputs, of numbers and of one width, at least two. */
  Signal[] signalsOfOneWidth() {
    Signal[] signals = signals();
    for (Signal signal : signals) {
      if (signal.width() != signals[0].width()) {
        throw new IllegalArgumentException(
            "layer '%s' joins inputs of one width, widths=%s"
                .formatted(name, Arrays.stream(signals).map(Signal::width).toList()));
      }
    }
    return signals;
  }

  /** All inputs as one: the fields of all of them, and numbers of at most one. */
  Source joined() {
    Optional<Signal> signal = Optional.empty();
    Optional<Categories> fields = Optional.empty();
    for (Source source : sources) {
      if (signal.isPresent() && source.signal().isPresent()) {
        throw new IllegalArgumentException(
            "layer '%s' reads numbers by one input; a concatenate layer joins several"
                .formatted(name));
      }
      signal = signal.or(source::signal);
      fields = join(fields, source.categories());
    }
    return new Source(signal, fields);
  }

  private Optional<Categories> join(Optional<Categories> fields, Optional<Categories> more) {
    if (fields.isEmpty() || more.isEmpty()) {
      return fields.or(() -> more);
    }
    return Optional.of(fields.get().with(more.get(), name));
  }

  /** The same place with another source. */
  Build reading(Source source) {
    return new Build(name, number, List.of(source), maxRows, layout, kernels, workspace);
  }

  /** What a layer within this one is built with. */
  Build part(String what, Source source) {
    return new Build(
        name + "/" + what, number, List.of(source), maxRows, layout, kernels, workspace);
  }

  /** The fields of all inputs. */
  Categories categories() {
    Optional<Categories> joined = Optional.empty();
    for (Source source : sources) {
      if (source.categories().isEmpty() || source.signal().isPresent()) {
        throw new IllegalArgumentException(
            "layer '%s' reads categories: one_hot, hashed or growing features by name, or '%s'"
                .formatted(name, Inputs.CATEGORIES));
      }
      joined = join(joined, source.categories());
    }
    return joined.orElseThrow();
  }

  /** A signal for the layer's output. */
  Signal output(int width) {
    workspace.reserve(maxRows, width);
    return Signal.ofLayer(width, maxRows);
  }
}
