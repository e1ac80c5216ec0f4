package dev.millrace.engine.feature;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.List;

/**
 * What some features say beside their kind; everything may be left out.
 *
 * @param field the dotted path of the field that is read; null for that of the feature's name
 * @param part what of a time is taken; null if the field is no time
 * @param unit of a time that the schema does not tell; null if it does
 * @param log1p whether a number is taken as the logarithm of 1 + its magnitude, with its sign
 * @param robust whether outliers join the statistics only up to {@value Featurizer#CLIP} deviations
 * @param lag how many events ago the value was read; 0 for the event's own
 * @param ofMissing whether the number is 1 where the field is missing, and 0 where it is not
 * @param bounds where a number goes over into the next category; empty for deciles
 * @param cross the features whose categories are taken together
 * @param tokens how a text, a list or a map becomes entries; null for other kinds
 * @param growth when a growing vocabulary takes and forgets texts; null for {@link
 *     GrowthSettings#NONE}
 */
public record FeatureSettings(
    @JsonInclude(Include.NON_NULL) String field,
    @JsonInclude(Include.NON_NULL) TimePart part,
    @JsonInclude(Include.NON_NULL) TimeUnit unit,
    @JsonInclude(Include.NON_DEFAULT) boolean log1p,
    @JsonInclude(Include.NON_DEFAULT) boolean robust,
    @JsonInclude(Include.NON_DEFAULT) int lag,
    @JsonInclude(Include.NON_DEFAULT) boolean ofMissing,
    @JsonInclude(Include.NON_EMPTY) List<Double> bounds,
    @JsonInclude(Include.NON_EMPTY) List<String> cross,
    @JsonInclude(Include.NON_NULL) TokenSettings tokens,
    @JsonInclude(Include.NON_NULL) GrowthSettings growth) {
  /** The most events that may lie between a value and the event it is a feature of. */
  public static final int LAG_MAX = 1 << 14;

  /** Nothing. */
  public static final FeatureSettings NONE =
      new FeatureSettings(
          null, null, null, false, false, 0, false, List.of(), List.of(), null, null);

  public FeatureSettings {
    bounds = bounds == null ? List.of() : List.copyOf(bounds);
    cross = cross == null ? List.of() : List.copyOf(cross);
    growth = GrowthSettings.NONE.equals(growth) ? null : growth;
    if (lag < 0 || lag > LAG_MAX) {
      throw new IllegalArgumentException(
          "a lag is of 1 to %,d events, lag=%,d".formatted(LAG_MAX, lag));
    }
    for (int i = 0; i < bounds.size(); i++) {
      double bound = bounds.get(i);
      if (!Double.isFinite(bound) || i > 0 && bound <= bounds.get(i - 1)) {
        throw new IllegalArgumentException("bounds must rise and be finite, bounds=" + bounds);
      }
    }
  }

  /** Read from the field of this path. */
  public FeatureSettings of(String path) {
    return new FeatureSettings(
        path, part, unit, log1p, robust, lag, ofMissing, bounds, cross, tokens, growth);
  }

  /** A part of a time. */
  public FeatureSettings withPart(TimePart of, TimeUnit in) {
    return new FeatureSettings(
        field, of, in, log1p, robust, lag, ofMissing, bounds, cross, tokens, growth);
  }

  /** A number with these transforms. */
  public FeatureSettings withScale(boolean log1p, boolean robust) {
    return new FeatureSettings(
        field, part, unit, log1p, robust, lag, ofMissing, bounds, cross, tokens, growth);
  }

  /** The value of so many events ago. */
  public FeatureSettings withLag(int events) {
    return new FeatureSettings(
        field, part, unit, log1p, robust, events, ofMissing, bounds, cross, tokens, growth);
  }

  /** Whether the field is missing. */
  public FeatureSettings asIndicator() {
    return new FeatureSettings(
        field, part, unit, log1p, robust, lag, true, bounds, cross, tokens, growth);
  }

  /** Categories between these bounds. */
  public FeatureSettings withBounds(List<Double> values) {
    return new FeatureSettings(
        field, part, unit, log1p, robust, lag, ofMissing, values, cross, tokens, growth);
  }

  /** The categories of other features together. */
  public FeatureSettings withCross(List<String> features) {
    return new FeatureSettings(
        field, part, unit, log1p, robust, lag, ofMissing, bounds, features, tokens, growth);
  }

  /** Entries of these tokens. */
  public FeatureSettings withTokens(TokenSettings how) {
    return new FeatureSettings(
        field, part, unit, log1p, robust, lag, ofMissing, bounds, cross, how, growth);
  }

  /** A vocabulary that grows in this way. */
  public FeatureSettings withGrowth(GrowthSettings how) {
    return new FeatureSettings(
        field, part, unit, log1p, robust, lag, ofMissing, bounds, cross, tokens, how);
  }

  /** How a vocabulary grows. */
  public GrowthSettings growthOrNone() {
    return growth == null ? GrowthSettings.NONE : growth;
  }
}
