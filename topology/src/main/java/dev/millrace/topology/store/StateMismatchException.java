package dev.millrace.topology.store;

import java.util.List;

/** The pipeline file states another model than the one in the state store. */
public final class StateMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StateMismatchException(String pipelineName, List<String> differences) {
    super(
        "the stored model of pipeline '%s' was made with another file: %s. Put the file back, or give the pipeline another name to begin a new model"
            .formatted(pipelineName, String.join("; ", differences)));
  }
}
