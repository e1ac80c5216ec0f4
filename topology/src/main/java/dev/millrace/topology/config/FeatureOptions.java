package dev.millrace.topology.config;

import dev.millrace.engine.feature.FeatureSettings;
import dev.millrace.engine.feature.GrowthSettings;
import dev.millrace.engine.feature.TimePart;
import dev.millrace.engine.feature.TimeUnit;
import dev.millrace.engine.feature.TokenSettings;
import dev.millrace.engine.feature.TokenSettings.Weight;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** An element of {@code input.features}: its shape, and what a value of that shape says. */
final class FeatureOptions {
  static final String ROBUST = "robust";
  static final String LOG1P = "log1p";

  /** The path of a field within records: names with dots between. */
  static final Shape PATH =
      new Shape.Text(
          "[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*",
          "the name of an Avro field, such as city or address.city");

  private static final Shape NAME =
      new Shape.Text("[A-Za-z_][A-Za-z0-9_.]*", "a name of letters, digits, '_', '.'");
  private static final Shape ANY_TEXT = new Shape.Text("(?s).+", "a text");
  private static final int BUCKETS_MAX = 1 << 28;
  private static final long EXPIRE_AFTER_MAX = 1_000_000_000_000L;
  private static final Shape NGRAM = new Shape.Whole(1, TokenSettings.NGRAM_MAX);

  private FeatureOptions() {}

  static Shape shape() {
    return new Shape.MapOf(
        List.of(
            new Option("name", PATH, "The field.", "none: required but for a cross"),
            new Option("as", NAME, "The feature's name, where a field gives several.", "name"),
            new Option(
                "type",
                new Shape.Word(FeatureType.yamlNames()),
                "How the field becomes numbers.",
                "by the schema"),
            new Option(
                "categories",
                new Shape.ListOf(ANY_TEXT, 1, "texts"),
                "The vocabulary of a one_hot.",
                "the symbols of the field's enum"),
            new Option(
                "buckets",
                new Shape.Whole(2, BUCKETS_MAX),
                "The slots of a hashed, text, bag or cross feature, one of them for missing.",
                "%d; of a text %d, of a bag or a cross %d"
                    .formatted(Options.BUCKETS, Options.TEXT_BUCKETS, Options.BAG_BUCKETS)),
            new Option(
                "size",
                new Shape.Whole(1, BUCKETS_MAX),
                "The length of a vector, or the most texts that a growing feature knows; either"
                    + " must state it.",
                "none"),
            new Option(
                "min_count",
                new Shape.Whole(1, GrowthSettings.MIN_COUNT_MAX),
                "With which of its learned events a growing feature makes a text known.",
                Integer.toString(GrowthSettings.NONE.minCount())),
            new Option(
                "expire_after",
                new Shape.Whole(1, EXPIRE_AFTER_MAX),
                "After how many learned events without it a growing feature forgets a text.",
                "never"),
            new Option(
                "normalize",
                new Shape.OneOf(new Shape.Word(List.of(ROBUST)), new Shape.Flag()),
                "Whether numbers are standardised by their running mean and variance; robust keeps"
                    + " outliers from moving these.",
                "true"),
            new Option(
                "transform",
                new Shape.Word(List.of(LOG1P)),
                "log1p takes a number as log(1 + its magnitude), with its sign.",
                "none"),
            new Option(
                "lag",
                new Shape.Whole(1, FeatureSettings.LAG_MAX),
                "The value of so many events ago; of the label too.",
                "none: the event's own"),
            new Option(
                "missing",
                new Shape.Flag(),
                "Whether there is a number beside, <name>.missing, that is 1 where the field is"
                    + " missing.",
                "false"),
            new Option(
                "bounds",
                new Shape.ListOf(new Shape.Decimal("a number", v -> true), 1, "numbers that rise"),
                "Where a discretized number goes over into the next category.",
                "the running deciles of a normal distribution"),
            new Option(
                "cross",
                new Shape.ListOf(NAME, 2, "names of features, two or more"),
                "The features whose categories are taken together.",
                "none"),
            new Option(
                "words",
                new Shape.Whole(0, TokenSettings.NGRAM_MAX),
                "A text's tokens are runs of 1 to so many words; 0 for none.",
                "1"),
            new Option(
                "chars",
                new Shape.ListOf(NGRAM, 1, "a length, or the shortest and the longest"),
                "A text's tokens are, beside, runs of so many characters of a word.",
                "none"),
            new Option(
                "weight",
                new Shape.Word(names(Weight.values())),
                "What a token weighs: 1, how often it comes, or log(1 + that). The numbers of a map"
                    + " are such counts.",
                "binary; of a map of numbers count"),
            new Option(
                "idf",
                new Shape.Flag(),
                "Whether weights are multiplied by how rare the token has been.",
                "false"),
            new Option(
                "parts",
                new Shape.ListOf(new Shape.Word(names(TimePart.values())), 1, "parts of a time"),
                "What of a time is taken.",
                "all that the field's type has"),
            new Option(
                "encode",
                new Shape.Word(names(Pipeline.Encoding.values())),
                "How a part that comes again is taken: a category each, or sine and cosine.",
                "one_hot for hour and weekday, cyclic for yearday"),
            new Option(
                "unit",
                new Shape.Word(names(TimeUnit.values())),
                "What a number counts that is a time by no logical type.",
                "by the schema")));
  }

  private static List<String> names(Object[] values) {
    return Arrays.stream(values).map(Object::toString).toList();
  }

  /** What an element of the list says. */
  static Pipeline.Feature feature(Value value) {
    if (!value.isMap()) {
      return Pipeline.Feature.of(value.text().orElseThrow());
    }
    Optional<FeatureType> type = type(value);
    List<String> cross = texts(value.get("cross"));
    return new Pipeline.Feature(
        value.text("name").orElseGet(() -> String.join("_x_", cross)),
        type,
        texts(value.get("categories")),
        size(value, type),
        value.flag("normalize"),
        more(value, cross));
  }

  private static OptionalInt size(Value value, Optional<FeatureType> type) {
    if (type.filter(FeatureType::isHashed).isPresent()) {
      int buckets =
          switch (type.get()) {
            case TEXT -> Options.TEXT_BUCKETS;
            case BAG, CROSS -> Options.BAG_BUCKETS;
            default -> Options.BUCKETS;
          };
      return OptionalInt.of(value.whole("buckets").orElse((long) buckets).intValue());
    }
    return type.equals(Optional.of(FeatureType.VECTOR))
            || type.equals(Optional.of(FeatureType.GROWING))
        ? OptionalInt.of(value.whole("size").orElseThrow().intValue())
        : OptionalInt.empty();
  }

  private static Pipeline.More more(Value value, List<String> cross) {
    return new Pipeline.More(
        value.text("as"),
        value.text("normalize").isPresent(),
        value.text("transform").isPresent(),
        value.whole("lag").map(n -> OptionalInt.of(n.intValue())).orElse(OptionalInt.empty()),
        value.flag("missing").orElse(false),
        value.get("bounds").map(FeatureOptions::numbers).orElse(List.of()),
        cross,
        tokens(value),
        value.get("parts").map(p -> words(p, TimePart::valueOf)).orElse(List.of()),
        value.text("encode").map(word(Pipeline.Encoding::valueOf)),
        value.text("unit").map(word(TimeUnit::valueOf)),
        growth(value));
  }

  private static GrowthSettings growth(Value value) {
    GrowthSettings none = GrowthSettings.NONE;
    return new GrowthSettings(
        value.whole("min_count").map(Long::intValue).orElse(none.minCount()),
        value.whole("expire_after").orElse(none.expireAfter()));
  }

  private static List<Double> numbers(Value list) {
    return list.elements().stream().map(v -> (Double) v.content()).toList();
  }

  private static <T> List<T> words(Value list, Function<String, T> valueOf) {
    return list.elements().stream().map(v -> word(valueOf).apply(v.text().orElseThrow())).toList();
  }

  private static <T> Function<String, T> word(Function<String, T> valueOf) {
    return text -> valueOf.apply(text.toUpperCase(Locale.ROOT));
  }

  private static Pipeline.Tokens tokens(Value value) {
    List<Value> chars = value.get("chars").map(Value::elements).orElse(List.of());
    return new Pipeline.Tokens(
        value.whole("words").orElse(1L).intValue(),
        chars.isEmpty() ? 0 : whole(chars.getFirst()),
        chars.isEmpty() ? 0 : whole(chars.getLast()),
        value.text("weight").map(word(Weight::valueOf)),
        value.flag("idf").orElse(false));
  }

  private static int whole(Value value) {
    return ((Long) value.content()).intValue();
  }

  /** The type as stated, or the one that a setting of only this type implies. */
  static Optional<FeatureType> type(Value feature) {
    Optional<FeatureType> stated = feature.text("type").map(FeatureType::of);
    if (stated.isPresent()) {
      return stated;
    }
    if (feature.get("cross").isPresent()) {
      return Optional.of(FeatureType.CROSS);
    } else if (feature.get("categories").isPresent()) {
      return Optional.of(FeatureType.ONE_HOT);
    } else if (feature.get("bounds").isPresent()) {
      return Optional.of(FeatureType.DISCRETIZED);
    } else if (feature.get("words").isPresent() || feature.get("chars").isPresent()) {
      return Optional.of(FeatureType.TEXT);
    } else if (hasAny(feature, "min_count", "expire_after")) {
      return Optional.of(FeatureType.GROWING);
    } else if (hasAny(feature, "parts", "encode", "unit")) {
      return Optional.of(FeatureType.TIME);
    } else if (feature.get("buckets").isPresent() && !hasAny(feature, "weight", "idf")) {
      return Optional.of(FeatureType.HASHED);
    }
    return feature.get("size").map(size -> FeatureType.VECTOR);
  }

  private static boolean hasAny(Value feature, String... settings) {
    return Arrays.stream(settings).anyMatch(s -> feature.get(s).isPresent());
  }

  static List<String> texts(Optional<Value> list) {
    return list.map(Value::elements).orElse(List.of()).stream()
        .map(e -> e.text().orElseThrow())
        .toList();
  }
}
