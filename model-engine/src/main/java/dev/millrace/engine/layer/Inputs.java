package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * What a network reads: rows of numbers, and categories by field. Layers name it as {@link
 * #FEATURES}, {@link #NUMBERS}, {@link #CATEGORIES} or a field by its own name, or several of these
 * joined by {@value #AND}. Fields whose name begins with {@value #MADE} are made of the features;
 * only their own names mean them.
 */
public final class Inputs {
  /** Numbers and categories. */
  public static final String FEATURES = "features";

  /** Joins names. */
  public static final String AND = "+";

  private static final String MADE = "@";

  /** The numbers alone. */
  public static final String NUMBERS = "numbers";

  /** The categories of all fields. */
  public static final String CATEGORIES = "categories";

  /**
   * One field of the categories.
   *
   * @param number its place among the fields
   * @param base the index of its first category among those of all fields
   * @param size how many categories it has
   */
  record Field(String name, int number, int base, int size) {}

  private final Signal numbers;
  private final List<Field> fields = new ArrayList<>();
  private final Map<List<Field>, ActiveEntries> active = new HashMap<>();
  private Entries entries;
  private int firstRow;
  private long views;

  /**
   * The inputs of a network.
   *
   * @param width numbers of a row; 0 if there are none
   * @param categories the number of categories of each field by its name, in the order of the
   *     fields
   * @param maxRows the most rows of a pass
   * @throws IllegalArgumentException if there is nothing to read
   */
  public Inputs(int width, SequencedMap<String, Integer> categories, int maxRows) {
    if (width < 0 || width == 0 && categories.isEmpty()) {
      throw new IllegalArgumentException("inputs must be at least 1, inputs=" + width);
    }
    numbers = Signal.ofCaller(width, maxRows);
    int base = 0;
    for (Map.Entry<String, Integer> field : categories.entrySet()) {
      fields.add(new Field(field.getKey(), fields.size(), base, field.getValue()));
      base = Math.addExact(base, field.getValue());
    }
  }

  /** The numbers of the rows at hand. */
  public Signal numbers() {
    return numbers;
  }

  /** The number of fields of categories. */
  public int fieldCount() {
    return fields.size();
  }

  /** Takes the entries of the rows at hand, the first of which is a row of them. */
  public void view(Entries categories, int row) {
    entries = categories;
    firstRow = row;
    views++;
  }

  /** How often {@link #view} was called. */
  long views() {
    return views;
  }

  /** The active entries of some fields of these inputs, the same object for the same fields. */
  ActiveEntries active(Categories categories, Kernels kernels) {
    return active.computeIfAbsent(
        categories.fields(), fields -> new ActiveEntries(categories, kernels));
  }

  /** The entries that {@link #view} took. */
  Entries entries() {
    return entries;
  }

  /** The row of {@link #entries} that is the first at hand. */
  int firstRow() {
    return firstRow;
  }

  /** What a layer may read. */
  List<String> names() {
    List<String> names = new ArrayList<>(List.of(FEATURES));
    if (numbers.width() > 0) {
      names.add(NUMBERS);
    }
    if (!fields.isEmpty()) {
      names.add(CATEGORIES);
    }
    fields.forEach(field -> names.add(field.name()));
    return names;
  }

  /** What a layer reads by this name; empty if it names nothing of the inputs. */
  Optional<Source> source(String name) {
    if (!name.contains(AND)) {
      return one(name);
    }
    Optional<Source> all = Optional.empty();
    for (String part : name.split(Pattern.quote(AND))) {
      Optional<Source> source = one(part);
      if (source.isEmpty()) {
        return source;
      }
      all = all.isEmpty() ? source : Optional.of(all.get().with(source.get(), name));
    }
    return all;
  }

  private Optional<Source> one(String name) {
    Optional<Signal> signal = numbers.width() == 0 ? Optional.empty() : Optional.of(numbers);
    List<Field> stated = fields.stream().filter(field -> !field.name().startsWith(MADE)).toList();
    Optional<Categories> all =
        stated.isEmpty() ? Optional.empty() : Optional.of(new Categories(this, stated));
    return switch (name) {
      case FEATURES ->
          signal.isEmpty() && all.isEmpty()
              ? Optional.empty()
              : Optional.of(new Source(signal, all));
      case NUMBERS -> signal.map(Source::of);
      case CATEGORIES -> all.map(Source::of);
      default ->
          fields.stream()
              .filter(field -> field.name().equals(name))
              .findFirst()
              .map(field -> Source.of(new Categories(this, List.of(field))));
    };
  }
}
