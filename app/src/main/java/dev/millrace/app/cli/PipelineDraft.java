package dev.millrace.app.cli;

import dev.millrace.app.data.Column;
import dev.millrace.app.data.ColumnTypes;
import dev.millrace.app.data.CsvException;
import dev.millrace.app.data.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The pipeline that a file of rows suggests, as commented YAML. */
final class PipelineDraft {
  private final ColumnTypes types;
  private final Column label;
  private final Task task;
  private final Set<Column> dropped;
  private final PipelineText text;
  private final List<String> warnings = new ArrayList<>();

  /**
   * @param task empty: what the label suggests
   * @param dropped columns that the user does not want
   */
  PipelineDraft(
      ColumnTypes types,
      Column label,
      Optional<Task> task,
      Set<Column> dropped,
      PipelineText text) {
    this.types = types;
    this.dropped = dropped;
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
      ColumnChoice choice = ColumnChoice.of(column);
      if (reason.isPresent()) {
        lines.add(PipelineText.leftOut(choice.yaml(), reason.get()));
      } else {
        lines.addAll(PipelineText.feature(choice.yaml(), choice.reason()));
        ColumnChoice.beside(column)
            .ifPresent(more -> lines.addAll(PipelineText.feature(more.yaml(), more.reason())));
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
    return PipelineText.feature(
        ColumnChoice.of(column).yaml(), reason + "; taken because there is nothing else");
  }

  private Optional<String> reasonToLeaveOut(Column column) {
    Optional<List<Column>> sum =
        types.sums().stream()
            .filter(s -> s.contains(column) && (s.size() == 1 || task == Task.REGRESSION))
            .findFirst();
    if (dropped.contains(column)) {
      return Optional.of("dropped, as asked");
    } else if (column.isConstant()) {
      return Optional.of(column.distinct() == 0 ? "no row has a value" : "the same in every row");
    } else if (sum.isPresent()) {
      String names = sum.get().stream().map(Column::name).collect(Collectors.joining(" + "));
      return Optional.of("%s = %s, the label, in every row".formatted(names, label.name()));
    } else if (column.isRowNumber()) {
      return Optional.of("counts the rows, or numbers them");
    } else if (column.isRowId()) {
      return Optional.of("an id, different in every row");
    } else if (column.dates() && !column.shape().isoDates()) {
      return Optional.of("a date or time in a form that is not read; write 2014-07-01 00:30");
    } else if (column.isTextId() && !column.isText() && !column.dates()) {
      return Optional.of("text, different in every row");
    }
    return Optional.empty();
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
