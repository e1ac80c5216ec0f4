package dev.millrace.app.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineException;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace validate}: whether a pipeline file is right, and what it needs is there. */
@Command(
    name = "validate",
    description = "Checks a pipeline file; with --connect also Kafka, topics and schema.",
    footerHeading = "%nExamples:%n",
    footer = {"  millrace validate elec2.yaml", "  millrace validate elec2.yaml --connect -o json"})
public final class ValidateCommand implements Callable<Integer> {
  private static final Duration BOUND = Duration.ofSeconds(5);

  private final ConnectCheck connectCheck;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PIPELINE", description = "The pipeline file.")
  private Path file;

  @Option(names = "--connect", description = "Ask Kafka and the registry as well.")
  private boolean connect;

  @Option(
      names = {"-o", "--output"},
      defaultValue = "table",
      paramLabel = "FORMAT",
      description = "table (the default) or json.")
  private OutputFormat output;

  public ValidateCommand() {
    this(new KafkaConnectCheck());
  }

  ValidateCommand(ConnectCheck connectCheck) {
    this.connectCheck = connectCheck;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> problems = List.of();
    List<ConnectCheck.Finding> findings = List.of();
    try {
      Pipeline pipeline = PipelineParser.parse(file);
      findings = connect ? connectCheck.check(pipeline, BOUND) : findings;
    } catch (PipelineException e) {
      if (output == OutputFormat.table) {
        throw e;
      }
      problems = e.problems();
    }
    boolean valid = problems.isEmpty() && findings.stream().allMatch(ConnectCheck.Finding::ok);
    PrintWriter out = spec.commandLine().getOut();
    if (output == OutputFormat.json) {
      out.println(json(valid, problems, findings));
    } else {
      out.println(file + ": the pipeline file is right");
      findings.forEach(
          f -> out.println((f.ok() ? "ok    " : "FAIL  ") + f.what() + ": " + f.detail()));
    }
    out.flush();
    return valid ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private String json(boolean valid, List<String> problems, List<ConnectCheck.Finding> findings) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("file", file.toString());
    root.put("valid", valid);
    ArrayNode list = root.putArray("problems");
    problems.forEach(list::add);
    ArrayNode checks = root.putArray("checks");
    findings.forEach(
        f -> checks.addObject().put("what", f.what()).put("ok", f.ok()).put("detail", f.detail()));
    return root.toPrettyString();
  }
}
