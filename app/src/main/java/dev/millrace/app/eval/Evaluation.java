package dev.millrace.app.eval;

import dev.millrace.app.data.CsvException;
import dev.millrace.app.data.CsvSource;
import dev.millrace.engine.Counters;
import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.model.ModelFile;
import dev.millrace.engine.panel.ExpertFigures;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.topology.Event;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.decode.BadEventException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * Runs rows through the very loop that runs under Kafka Streams, as events of one partition: the
 * same bytes, the same decoder, the same steps.
 */
public final class Evaluation implements AutoCloseable {
  private static final int SCHEMA_ID = 1;

  private final LearningLoop loop;
  private final String topic;
  private final long startNanos = System.nanoTime();
  private Schema schema;
  private BadEventException lastRefusal;
  private long rows;
  private long skipped;
  private long offset;
  private long firstOffset; // of this pass
  private Optional<PredictionsFile> said = Optional.empty();

  public Evaluation(Pipeline pipeline, Kernels kernels) {
    topic = pipeline.input().topic();
    loop = new LearningLoop(pipeline, kernels, id -> schema, new Told());
  }

  /**
   * Learns all rows once; the figures begin anew. Rows whose label comes late are scored at the
   * end, and learned in the next pass if there is one.
   *
   * @param said where predictions go
   * @throws BadEventException if not one row fits the pipeline
   */
  public void pass(CsvSource source, Optional<PredictionsFile> said) throws IOException {
    this.said = said;
    firstOffset = offset;
    schema = source.schema();
    rows = 0;
    loop.learner().ifPresent(Learner::resetMetrics);
    while (source.next()) {
      byte[] value = WireFormat.frame(SCHEMA_ID, source.buffer(), source.length());
      loop.accept(new Event(null, value, topic, 0, offset++, 0));
      rows++;
    }
    loop.predict();
    loop.scoreWaiting();
    skipped = source.skipped();
    if (rows > 0 && loop.learner().isEmpty()) {
      throw new BadEventException(
          lastRefusal.reason(), "no row can be learned: " + lastRefusal.getMessage());
    }
  }

  /** The figures, by the names of {@code -o json}. */
  public Map<String, Object> result() {
    Counters counters = loop.counters();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("rows", rows);
    result.put("learned", counters.learned());
    result.put("pending", counters.pending());
    result.put("rejected", loop.state().deadLettered() + counters.rejected());
    result.put("undersampled", counters.undersampled());
    result.put("skipped", skipped);
    result.put("waiting", counters.waiting());
    result.put("metrics", loop.learner().map(Learner::figures).orElse(Map.of()));
    result.put("baseline", loop.learner().map(l -> l.metrics().baselines()).orElse(Map.of()));
    result.put("features", loop.learner().map(l -> l.featureCounts().figures()).orElse(Map.of()));
    result.put("experts", experts());
    result.put("version", loop.version());
    result.put("seconds", (System.nanoTime() - startNanos) / 1e9);
    result.put("weights_digest", loop.learner().map(Learner::weightsDigest).orElse(""));
    return result;
  }

  /** Writes the model, if there were rows to make one, as a {@link ModelFile}. */
  public void save(OutputStream out) throws IOException {
    Learner learner =
        loop.learner()
            .orElseThrow(
                () -> new CsvException("there is no row, and so no model that could be saved"));
    ModelFile.save(learner, out);
  }

  private Map<String, Object> experts() {
    Map<String, Object> experts = new LinkedHashMap<>();
    for (ExpertFigures expert : loop.learner().map(Learner::experts).orElse(List.of())) {
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put("weight", expert.weight());
      if (!Double.isNaN(expert.loss())) { // before the first label
        figures.put("loss", expert.loss());
      }
      experts.put(expert.name(), figures);
    }
    return experts;
  }

  /** Ends the loop's threads; the figures stay. */
  @Override
  public void close() {
    loop.close();
  }

  /**
   * Predictions may be wanted, else only the figures; the reason of the last refusal is kept for a
   * message.
   */
  private final class Told implements LearningLoop.Sink {
    @Override
    public void prediction(Event event, Outcome outcome) {
      long row = event.offset() - firstOffset + 1;
      said.ifPresent(file -> file.add(row, outcome, loop.classes()));
    }

    @Override
    public void deadLetter(Event event, BadEventException why) {
      lastRefusal = why;
    }

    @Override
    public void skipped(Learner.Step step) {}

    @Override
    public void snapshot(Learner learner) {}
  }
}
