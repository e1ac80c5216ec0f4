package dev.millrace.app.cli;

import dev.millrace.topology.recovery.CopyName;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A version or a tag, as the command line names a copy. */
final class CopyNameConverter implements ITypeConverter<CopyName> {
  @Override
  public CopyName convert(String text) {
    try {
      return CopyName.of(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
