package dev.millrace.topology.store;

import java.util.List;

/** The pipeline file states another model than the one in the state store. */
public final class StateMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> differences;

  StateMismatchException(String pipelineName, List<String> differences) {
    super(
        "the stored model of pipeline '%s' was made with another file: %s. Put the file back, give the pipeline another name, begin a new model in place of the old (millrace run FILE --reset), or go on with a copy of a model that the file states (millrace snapshots install FILE --from OTHER_FILE)"
            .formatted(pipelineName, String.join("; ", differences)));
    this.differences = List.copyOf(differences);
  }

  /** In what the models differ, in the words of the pipeline file. */
  public List<String> differences() {
    return differences;
  }
}
