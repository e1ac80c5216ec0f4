package dev.millrace.app.cli;

import dev.millrace.app.data.Task;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is to be predicted; a picocli mixin. */
public final class LabelFlags {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--label",
      required = true,
      paramLabel = "NAME",
      description = "The column or field to predict.")
  String name;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description = "classification or regression; by default what the label suggests.")
  private String task;

  @Option(
      names = "--classes",
      split = ",",
      paramLabel = "CLASS",
      description = "The label's classes, where the schema of a subject does not tell them.")
  private List<String> classes = List.of();

  Optional<Task> task() {
    if (task == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Task.valueOf(task.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--task is '" + task + "'; expected classification or regression", e);
    }
  }

  /** The classes as stated: none, or at least two different ones. */
  List<String> classes() {
    List<String> words = classes.stream().map(String::strip).toList();
    int different = new HashSet<>(words).size();
    if (words.isEmpty()) {
      return words;
    } else if (different < 2 || different < words.size() || words.contains("")) {
      throw new ParameterException(
          spec.commandLine(),
          "--classes is '%s'; expected two or more different ones, as in A,B,C"
              .formatted(String.join(",", words)));
    } else if (task().equals(Optional.of(Task.REGRESSION))) {
      throw new ParameterException(
          spec.commandLine(), "--classes does not go with --task regression; expected one of them");
    }
    return words;
  }
}
