package dev.millrace.app.cli;

/** A running pipeline stopped by itself. */
public final class PipelineEndedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** For the pipeline, with the error that ended it, null if there is none. */
  public PipelineEndedException(String pipeline, Throwable cause) {
    super(
        "pipeline '%s' stopped: %s"
            .formatted(pipeline, cause == null ? "no error was reported" : Errors.message(cause)),
        cause);
  }
}
