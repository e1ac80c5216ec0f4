package dev.millrace.benchmarks.simulation;

import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.topology.Event;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.ModelTask;
import dev.millrace.topology.decode.BadEventException;
import org.apache.kafka.common.header.Headers;

/** Hears everything and keeps nothing. */
final class Silence implements ModelTask.Output, LearningLoop.Sink {
  @Override
  public void send(String to, byte[] key, byte[] value, long timestamp, Headers headers) {}

  @Override
  public void prediction(Event event, Outcome outcome) {}

  @Override
  public void deadLetter(Event event, BadEventException why) {}

  @Override
  public void skipped(Learner.Step step) {}

  @Override
  public void skipped(Learner.Step step, boolean pauses) {}

  @Override
  public void controlled(ControlOutcome outcome) {}

  @Override
  public void snapshot(Learner learner) {}
}
