package dev.millrace.topology.recovery;

import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.state.BlockReader;
import dev.millrace.topology.Event;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.records.CommittedRecords;
import java.util.function.LongConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes a model again from the log. Results depend on the events and the controls that were
 * recorded between them alone, so what comes of it is the model that was, bit for bit; what it says
 * on the way was said before and is not said again.
 */
final class Replay {
  private final Pipeline pipeline;
  private final Kernels kernels;
  private final LearningLoop.Schemas schemas;
  private final LongConsumer progress;

  /**
   * @param progress is told each offset that has been taken
   */
  Replay(Pipeline pipeline, Kernels kernels, LearningLoop.Schemas schemas, LongConsumer progress) {
    this.pipeline = pipeline;
    this.kernels = kernels;
    this.schemas = schemas;
    this.progress = progress;
  }

  /**
   * The model of a published copy, moved on by the events after it to before an offset.
   *
   * @param controls number of the last control that is taken up
   */
  LearningLoop from(BlockReader blocks, int partition, long to, long controls) {
    LearningLoop loop = of(blocks);
    return moved(loop, partition, loop.state().nextOffset(), to, controls);
  }

  /** The model of a published copy. */
  LearningLoop of(BlockReader blocks) {
    LearningLoop loop = newLoop();
    try {
      loop.read(blocks);
      return loop;
    } catch (RuntimeException e) {
      loop.close();
      throw e;
    }
  }

  /** The model of the events from one offset to before another, with nothing before them. */
  LearningLoop fromNothing(int partition, long from, long to, long controls) {
    return moved(newLoop(), partition, from, to, controls);
  }

  private LearningLoop newLoop() {
    return new LearningLoop(pipeline, kernels, schemas, new Silent());
  }

  private LearningLoop moved(LearningLoop loop, int partition, long from, long to, long controls) {
    TopicPartition input = new TopicPartition(pipeline.input().topic(), partition);
    try (CommittedRecords records = new CommittedRecords(pipeline.kafka(), input)) {
      long begin = records.begin();
      if (begin > from) {
        throw new IncompleteLogException(
            "%s has no events before offset %d any more, and those from %d on are needed to make the model again"
                .formatted(input, begin, from));
      }
      RecordedControls told = RecordedControls.of(pipeline, partition, loop, controls);
      records.read(
          from,
          to,
          record -> {
            told.upTo(record.offset());
            loop.accept(
                new Event(
                    record.key(),
                    record.value(),
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    record.timestamp()));
            progress.accept(record.offset());
          });
      told.upTo(to);
      loop.predict();
      return loop;
    } catch (RuntimeException e) {
      loop.close();
      throw e;
    }
  }

  /** All of it was said when the events were first learned. */
  private static final class Silent implements LearningLoop.Sink {
    @Override
    public void prediction(Event event, Outcome outcome) {}

    @Override
    public void deadLetter(Event event, BadEventException why) {}

    @Override
    public void skipped(Learner.Step step) {}

    @Override
    public void snapshot(Learner learner) {}
  }
}
