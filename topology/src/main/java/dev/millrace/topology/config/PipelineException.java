package dev.millrace.topology.config;

import java.util.List;

/**
 * A pipeline file that cannot be used. The message is the list of its problems, one a line, each as
 * {@code file:line:column: what is wrong; expected …; did you mean '…'?}.
 */
public final class PipelineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  public PipelineException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  /** The problems in the order of the file. */
  public List<String> problems() {
    return problems == null ? List.of(getMessage()) : problems;
  }
}
