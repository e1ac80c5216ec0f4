package dev.millrace.app.cli;

import dev.millrace.app.data.Column;
import dev.millrace.app.data.Column.Kind;
import dev.millrace.app.data.ColumnTypes;
import dev.millrace.app.data.CsvException;
import dev.millrace.app.data.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The pipeline that a file of rows suggests, as commented YAML. */
final class PipelineDraft {
  private static final int ONE_HOT_MAX = 32;
  private static final int CODES_MIN = 3;
  private static final int ROWS_PER_CODE = 100;
  private static final int BUCKETS_MIN = 32;
  private static final int BUCKETS_MAX = 4096;

  private final ColumnTypes types;
  private final Column label;
  private final Task task;
  private final PipelineText text;
  private final List<String> warnings = new ArrayList<>();

  /**
   * @param task empty: what the label suggests
   */
  PipelineDraft(ColumnTypes types, Column label, Optional<Task> task, PipelineText text) {
    this.types = types;
    this.label = label;
    this.text = text;
    this.task = task.orElseGet(() -> Task.of(label));
    if (this.task == Task.REGRESSION && !label.isNumber()) {
      throw new CsvException(
          "column '%s' is %s, which no regression can predict; use --task classification"
              .formatted(label.name(), Task.reason(label)));
    }
    if (this.task == Task.REGRESSION && label.isConstant()) {
      throw new CsvException("column '" + label.name() + "' has the same value in every row");
    }
  }

  /** What the user should know before using the draft. */
  List<String> warnings() {
    return warnings;
  }

  String yaml() {
    List<String> head = new ArrayList<>();
    head.add(
        "A pipeline for %s: %d rows, %d columns. What is not said here has a default that works."
            .formatted(types.file().getFileName(), types.rows(), types.columns().size()));
    if (types.skipped() > 0) {
      head.add(types.skipped() + " rows could not be used and were left out.");
    }
    return text.yaml(head, features(), label.avroName(), classes());
  }

  private List<String> features() {
    List<String> lines = new ArrayList<>();
    int taken = 0;
    for (Column column : types.columns()) {
      if (column == label) {
        continue;
      }
      Optional<String> reason = reasonToLeaveOut(column);
      if (reason.isPresent()) {
        lines.add(PipelineText.leftOut(feature(column), reason.get()));
      } else {
        lines.addAll(PipelineText.feature(feature(column), reason(column)));
        taken++;
      }
    }
    return taken > 0 ? lines : lastResort();
  }

  /** A pipeline needs a feature, even if none tells anything. */
  private List<String> lastResort() {
    Column column =
        types.columns().stream()
            .filter(c -> c != label)
            .findFirst()
            .orElseThrow(
                () ->
                    new CsvException(
                        types.file()
                            + " has no column but the label; expected columns to learn from"));
    String reason = reasonToLeaveOut(column).orElseThrow();
    warnings.add(
        "no column can tell much about '%s': '%s' is %s and is taken only so that there is one; add columns that do, such as the hour or the value before"
            .formatted(label.name(), column.name(), reason));
    return PipelineText.feature(feature(column), reason + "; taken because there is nothing else");
  }

  private Optional<String> reasonToLeaveOut(Column column) {
    Optional<List<Column>> sum =
        types.sums().stream()
            .filter(s -> s.contains(column) && (s.size() == 1 || task == Task.REGRESSION))
            .findFirst();
    if (column.isConstant()) {
      return Optional.of(column.distinct() == 0 ? "no row has a value" : "the same in every row");
    } else if (sum.isPresent()) {
      String names = sum.get().stream().map(Column::name).collect(Collectors.joining(" + "));
      return Optional.of("%s = %s, the label, in every row".formatted(names, label.name()));
    } else if (column.isRowNumber()) {
      return Optional.of("rises in every row, as a row number does");
    } else if (column.dates()) {
      return Optional.of("a date or time as text");
    } else if (column.isTextId()) {
      return Optional.of("text, different in every row");
    }
    return Optional.empty();
  }

  private static String feature(Column column) {
    String name = "{name: " + Yaml.scalar(column.avroName());
    if (isOneHot(column)) {
      return name + ", type: one_hot, categories: " + Yaml.list(column.values()) + "}";
    }
    if (column.kind() != Kind.STRING) {
      return name + ", type: numeric}";
    }
    return name + ", type: hashed, buckets: " + buckets(column) + "}";
  }

  /**
   * Texts of few different values; also whole numbers of few, if each occurs often enough to be
   * learned by itself, for such numbers are mostly codes: an hour, a month, a kind.
   */
  private static boolean isOneHot(Column column) {
    if (column.values().isEmpty() || column.distinct() > ONE_HOT_MAX) {
      return false;
    }
    return column.kind() == Kind.STRING
        || column.kind() == Kind.LONG
            && column.distinct() >= CODES_MIN
            && column.rows() >= (long) ROWS_PER_CODE * column.distinct();
  }

  /** A power of two, at least four times the different values, so that few share a bucket. */
  private static int buckets(Column column) {
    int buckets = BUCKETS_MIN;
    while (buckets < 4L * column.distinct() && buckets < BUCKETS_MAX) {
      buckets *= 2;
    }
    return buckets;
  }

  private static String reason(Column column) {
    String values =
        (column.distinct() >= ColumnTypes.DISTINCT_MAX ? "at least " : "")
            + column.distinct()
            + " distinct values";
    String kind =
        switch (column.kind()) {
          case BOOLEAN -> "true or false, as 1 and 0";
          case LONG -> "whole numbers, " + values + (isOneHot(column) ? ": one_hot" : "");
          case DOUBLE -> "numbers, " + values;
          case STRING -> "text, " + values + ": " + (isOneHot(column) ? "one_hot" : "hashed");
        };
    String missing = column.missing() == 0 ? "" : ", missing in " + column.missing() + " rows";
    String renamed =
        column.name().equals(column.avroName()) ? "" : "column '" + column.name() + "': ";
    return renamed + kind + missing;
  }

  private List<String> classes() {
    String other = task == Task.REGRESSION ? "classification" : "regression";
    String missing = label.missing() == 0 ? "" : ", missing in " + label.missing() + " rows";
    String reason =
        Task.reason(label)
            + missing
            + ": "
            + task
            + (label.isNumber() ? "; for the other: --task " + other : "");
    return task == Task.REGRESSION
        ? PipelineText.remark(reason)
        : PipelineText.setting("classes: " + Yaml.list(Task.classes(label)), reason);
  }
}
