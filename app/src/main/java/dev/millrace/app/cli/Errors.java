package dev.millrace.app.cli;

import dev.millrace.app.data.CsvException;
import dev.millrace.app.embedded.EmbeddedException;
import dev.millrace.engine.state.StateException;
import dev.millrace.formats.FormatException;
import dev.millrace.schemas.registry.IncompatibleSchemaException;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaNotFoundException;
import dev.millrace.schemas.wire.WireFormatException;
import dev.millrace.topology.PreflightException;
import dev.millrace.topology.StateLostException;
import dev.millrace.topology.StateStorageException;
import dev.millrace.topology.config.PipelineException;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.error.OutputException;
import dev.millrace.topology.recovery.BrokenSnapshotException;
import dev.millrace.topology.recovery.IncompleteLogException;
import dev.millrace.topology.store.StateMismatchException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What a user reads when a command fails: one message with the way out, and no stack trace. */
public final class Errors {
  private Errors() {}

  /**
   * Prints the message, and where it happened if {@code verbose}.
   *
   * @return the exit code
   */
  public static int report(Throwable failure, PrintWriter err, boolean verbose) {
    if (Interrupt.underWay() && !verbose) {
      err.println("stopped"); // by the user, in the middle of a start; what broke of it is no news
      err.flush();
      return ExitCodes.INTERRUPTED;
    }
    err.println("millrace: " + message(failure));
    if (verbose) {
      failure.printStackTrace(err);
    }
    err.flush();
    return ExitCodes.FAILURE;
  }

  /** What to tell: of the outermost known cause, otherwise the class and message of the failure. */
  public static String message(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Optional<String> known = known(cause);
      if (known.isPresent()) {
        return known.get();
      }
    }
    Throwable bare = failure;
    while ((bare instanceof ExecutionException
            || bare instanceof CompletionException
            || bare instanceof UncheckedIOException)
        && bare.getCause() != null) {
      bare = bare.getCause();
    }
    String text = bare.getMessage() == null ? "" : ": " + bare.getMessage();
    return bare.getClass().getSimpleName() + text + "; --verbose shows where";
  }

  private static Optional<String> known(Throwable cause) {
    return Optional.ofNullable(
        switch (cause) {
          case UserException e ->
              e.getMessage() + (e.getMessage().endsWith("?") ? " " : ". ") + e.wayOut() + ".";
          case PipelineException e -> e.getMessage();
          case CsvException e -> e.getMessage();
          case RegistryUnavailableException e -> e.getMessage();
          case IncompatibleSchemaException e -> e.getMessage();
          case SchemaNotFoundException e -> e.getMessage();
          case WireFormatException e -> e.getMessage();
          case PreflightException e -> e.getMessage();
          case PipelineEndedException e -> e.getMessage();
          case EmbeddedException e -> e.getMessage();
          case StateMismatchException e -> e.getMessage();
          case StateException e -> e.getMessage();
          case FormatException e -> e.getMessage();
          case StateLostException e -> e.getMessage();
          case StateStorageException e -> e.getMessage();
          case BrokenSnapshotException e -> e.getMessage();
          case IncompleteLogException e -> e.getMessage();
          case OutputException e -> e.getMessage() + ".";
          case BadEventException e -> e.getMessage();
          default -> system(cause);
        });
  }

  private static String system(Throwable cause) {
    return switch (cause) {
      case NoSuchFileException e -> e.getFile() + ": there is no such file or directory";
      case AccessDeniedException e -> e.getFile() + ": permission denied";
      case FileAlreadyExistsException e -> e.getFile() + " exists already, and is no directory";
      case NotDirectoryException e -> e.getFile() + " is not a directory";
      case BindException e ->
          "a port is in use: " + e.getMessage() + ". Choose another port, or stop what uses it.";
      case TimeoutException e ->
          "Kafka did not answer in time: "
              + e.getMessage()
              + ". Check that it runs and that bootstrap.servers names it.";
      case ConfigException e -> "a Kafka setting is wrong: " + e.getMessage();
      case AuthenticationException e ->
          "Kafka refused the login: " + e.getMessage() + ". Check the sasl or ssl settings.";
      case AuthorizationException e ->
          "Kafka refused access: " + e.getMessage() + ". Ask for the rights that it names.";
      case UnknownTopicOrPartitionException e -> "there is no such topic: " + e.getMessage();
      case RecordTooLargeException e -> "a record is too large for the topic: " + e.getMessage();
      default -> null;
    };
  }
}
