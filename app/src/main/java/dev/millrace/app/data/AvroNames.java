package dev.millrace.app.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Names that Avro accepts: letters, digits and {@code _}, no digit first. A run of other characters
 * becomes one {@code _}, none at the end; a name taken before gets {@code _2}.
 */
public final class AvroNames {
  private AvroNames() {}

  /** One name for each, all different, depending on nothing but these names. */
  public static List<String> of(List<String> names) {
    Set<String> taken = new HashSet<>();
    List<String> result = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = of(names.get(i));
      name = name.isEmpty() ? "column_" + (i + 1) : name;
      String unique = name;
      for (int n = 2; !taken.add(unique); n++) {
        unique = name + "_" + n;
      }
      result.add(unique);
    }
    return List.copyOf(result);
  }

  /** The name without what Avro refuses; may be empty. */
  static String of(String name) {
    String word = name.replaceAll("[^A-Za-z0-9_]+$", "").replaceAll("[^A-Za-z0-9_]+", "_");
    return word.isEmpty() || !Character.isDigit(word.charAt(0)) ? word : "_" + word;
  }
}
