package dev.millrace.app.cli;

import dev.millrace.topology.recovery.CopyName;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** The pipeline and the tag that a command is about; a picocli mixin. */
final class TagFlags {
  @Mixin private PipelineFlags source;

  @Parameters(
      index = "1",
      paramLabel = "TAG",
      converter = Converter.class,
      description = "Begins with a letter and has letters, digits, '_', '.' and '-'.")
  private String tag;

  PipelineFlags source() {
    return source;
  }

  String tag() {
    return tag;
  }

  /** Refuses what can be no tag. */
  static final class Converter implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      try {
        return CopyName.requireTag(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
