package dev.millrace.app.cli;

import dev.millrace.topology.recovery.CopyName;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A tag, and nothing that can be none. */
final class TagConverter implements ITypeConverter<String> {
  static final String WORDS = "Begins with a letter and has letters, digits, '_', '.' and '-'.";

  @Override
  public String convert(String text) {
    try {
      return CopyName.requireTag(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
