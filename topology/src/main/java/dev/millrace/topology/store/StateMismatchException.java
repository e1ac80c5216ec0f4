package dev.millrace.topology.store;

import java.util.List;

/** The pipeline file states another model than the one in the state store. */
public final class StateMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StateMismatchException(String pipelineName, List<String> differences) {
    super(
        "the stored model of pipeline '%s' was made with another file: %s. Put the file back, give the pipeline another name, or begin a new model in place of the old: millrace run FILE --reset"
            .formatted(pipelineName, String.join("; ", differences)));
  }
}
