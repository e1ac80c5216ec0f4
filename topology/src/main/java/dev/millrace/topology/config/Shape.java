package dev.millrace.topology.config;

import java.util.List;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;

/** What a value of a pipeline file may look like. {@link ShapeReader} checks a node against it. */
sealed interface Shape {
  /** What a reader should write here, to follow "expected". */
  String expected();

  /** The shape without a name. */
  default Shape bare() {
    return this;
  }

  /** Any text that matches; numbers count as text, as they are written. */
  record Text(String pattern, String expected) implements Shape {}

  /** One of a few words. */
  record Word(List<String> words) implements Shape {
    @Override
    public String expected() {
      return words.size() == 1 ? "'" + words.getFirst() + "'" : String.join(", ", words);
    }
  }

  /** A whole number. */
  record Whole(long min, long max) implements Shape {
    @Override
    public String expected() {
      if (min == Long.MIN_VALUE && max == Long.MAX_VALUE) {
        return "a whole number";
      }
      return max == Long.MAX_VALUE
          ? "a whole number of at least " + min
          : "a whole number from " + min + " to " + max;
    }
  }

  /** A number. */
  record Decimal(String expected, DoublePredicate valid) implements Shape {}

  /** {@code true} or {@code false}. */
  record Flag() implements Shape {
    @Override
    public String expected() {
      return "true or false";
    }
  }

  /** A list. */
  record ListOf(Shape element, int sizeMin, String elements) implements Shape {
    @Override
    public String expected() {
      return "a list of " + elements;
    }
  }

  /**
   * A map with known keys.
   *
   * @param exactlyOne whether exactly one of the options is to be stated
   */
  record MapOf(List<Option> options, boolean exactlyOne) implements Shape {
    MapOf(List<Option> options) {
      this(options, false);
    }

    @Override
    public String expected() {
      return exactlyOne
          ? "a map with one of " + String.join(", ", names())
          : "a map of " + String.join(", ", names());
    }

    List<String> names() {
      return options.stream().map(Option::name).toList();
    }
  }

  /** A map with any keys, each value of one shape. */
  record Entries(String keys, Shape value) implements Shape {
    @Override
    public String expected() {
      return "a map of " + keys + " to " + value.expected();
    }
  }

  /** A map with any keys, its values passed on as text. */
  record Settings() implements Shape {
    @Override
    public String expected() {
      return "a map of settings";
    }
  }

  /** A shape that several options have, described once under a name. */
  record Shared(String name, Shape shape) implements Shape {
    @Override
    public String expected() {
      return shape.expected();
    }

    @Override
    public Shape bare() {
      return shape;
    }
  }

  /** One of several shapes, told apart by the kind of the node. */
  record OneOf(List<Shape> shapes) implements Shape {
    OneOf(Shape... shapes) {
      this(List.of(shapes));
    }

    @Override
    public String expected() {
      return shapes.stream().map(Shape::expected).collect(Collectors.joining(" or "));
    }
  }
}
