package dev.millrace.topology.recovery;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which copy of a model is meant: the newest of those that are kept, that of a version, or the one
 * with a tag.
 *
 * @param version empty unless a version is meant
 * @param tag empty unless a tag is meant
 */
public record CopyName(OptionalLong version, Optional<String> tag) {
  /** The newest of those that are kept. */
  public static final CopyName NEWEST = new CopyName(OptionalLong.empty(), Optional.empty());

  private static final String TAG = "[A-Za-z][A-Za-z0-9_.-]{0,62}";
  private static final String VERSION = "\\d{1,18}";

  /** The copy of a version. */
  public static CopyName of(long version) {
    return new CopyName(OptionalLong.of(version), Optional.empty());
  }

  /**
   * The copy of a version, or the one with a tag.
   *
   * @throws IllegalArgumentException if the text can be neither
   */
  public static CopyName of(String text) {
    return text.matches(VERSION)
        ? of(Long.parseLong(text))
        : new CopyName(OptionalLong.empty(), Optional.of(requireTag(text)));
  }

  /**
   * The text itself, if a copy can be tagged with it.
   *
   * @throws IllegalArgumentException if it cannot
   */
  public static String requireTag(String text) {
    if (!text.matches(TAG)) {
      throw new IllegalArgumentException(
          "'%s' is no version and can be no tag, which begins with a letter and has letters, digits, '_', '.' and '-' to 63 in all"
              .formatted(text));
    }
    return text;
  }

  /** In the words of an error: {@code "of version 1000"}. */
  @Override
  public String toString() {
    return tag.map(name -> "with the tag '" + name + "'")
        .orElse(version.isPresent() ? "of version " + version.getAsLong() : "at all");
  }
}
