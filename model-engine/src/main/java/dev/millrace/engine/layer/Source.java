package dev.millrace.engine.layer;

import java.util.Optional;

/**
 * What a layer reads by one name: numbers, categories or, for all features, both.
 *
 * @param signal numbers, or what another layer computes
 * @param categories some fields of the categories
 */
public record Source(Optional<Signal> signal, Optional<Categories> categories) {
  /** What a layer computes. */
  public static Source of(Signal signal) {
    return new Source(Optional.of(signal), Optional.empty());
  }

  /** This and another one, of which only one has numbers. */
  Source with(Source other, String name) {
    if (signal.isPresent() && other.signal.isPresent()) {
      throw new IllegalArgumentException("numbers are read once, inputs=" + name);
    }
    Optional<Categories> all =
        categories.isPresent() && other.categories.isPresent()
            ? Optional.of(categories.get().with(other.categories.get(), name))
            : categories.or(other::categories);
    return new Source(signal.or(other::signal), all);
  }

  /** Fields of the categories. */
  public static Source of(Categories categories) {
    return new Source(Optional.empty(), Optional.of(categories));
  }
}
