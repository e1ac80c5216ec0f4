package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.app.pipeline.Poisons.Poison;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The poison corpus in a loop in memory; {@link PoisonBrokerTest} sends it through a broker. */
class PoisonTest {
  private static final ToIntFunction<String> IDS =
      name -> 100 + new TreeSet<>(PoisonSchemas.ALL.keySet()).headSet(name).size();
  private static final Pipeline PIPELINE = pipeline("kafka: {}\nregistry: {}\n");

  /** A pipeline that learns the good ones; a batch holds several, so a poison falls into it. */
  static Pipeline pipeline(String servers) {
    return PipelineParser.parse(
        """
        name: poison
        input:
          topic: poisoned
          features:
            - x
            - {name: color, type: one_hot, categories: [red, green]}
            - {name: v, type: vector, size: 3}
        label: {field: y, classes: [no, yes]}
        model: {layers: [{dense: 8, activation: tanh}], optimizer: {adam: {learning_rate: 0.01}}}
        batch: 4
        """
            + servers,
        "poison.yaml");
  }

  static List<Poison> poisons() {
    return Poisons.all(IDS);
  }

  private static List<Poison> good(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> Poisons.good(IDS, i)).toList();
  }

  @ParameterizedTest
  @MethodSource("poisons")
  void shouldComeToItsEndAndLeaveItsNeighboursAsTheyAre(Poison poison) {
    List<Poison> log =
        Stream.of(good(0, 9), List.of(poison, poison), good(9, 20)).flatMap(List::stream).toList();
    Ends ends = new Ends(PIPELINE, IDS, log);
    assertThat(ends.byOffset).hasSize(log.size());
    assertThat(ends.byOffset.get(9L)).isEqualTo(poison.end());
    assertThat(ends.byOffset.get(10L)).as("the second time").isEqualTo(poison.end());
    for (long bits : ends.said.values().stream().flatMap(s -> s.outputBits().stream()).toList()) {
      assertThat(Float.isFinite(Float.intBitsToFloat((int) bits))).isTrue();
    }
    if (poison.isDeadLetter()) {
      Ends without = new Ends(PIPELINE, IDS, good(0, 20));
      assertThat(ends.saidInOrder()).isEqualTo(without.saidInOrder());
      assertThat(ends.weightsDigest()).isEqualTo(without.weightsDigest());
      assertThat(ends.loop.state().deadLettered()).isEqualTo(2);
    }
  }

  @Test
  void shouldComeToTheirEndsAllTogether() {
    List<Poison> log = interleaved(IDS);
    Ends ends = new Ends(PIPELINE, IDS, log);
    for (int i = 0; i < log.size(); i++) {
      assertThat(ends.byOffset.get((long) i)).as(log.get(i).name()).isEqualTo(log.get(i).end());
    }
    Ends without =
        new Ends(PIPELINE, IDS, log.stream().filter(record -> !record.isDeadLetter()).toList());
    assertThat(ends.saidInOrder()).isEqualTo(without.saidInOrder());
    assertThat(ends.weightsDigest()).isEqualTo(without.weightsDigest());
    assertThat(ends.loop.state().deadLetters().entrySet())
        .allMatch(
            entry ->
                entry.getValue()
                    == log.stream().filter(r -> r.end().equals(entry.getKey().label())).count());
    assertThat(ends.loop.state().read())
        .isEqualTo(ends.loop.counters().predicted() + ends.loop.state().deadLettered());
  }

  /** Every poison between good neighbours; the first record is good. */
  static List<Poison> interleaved(ToIntFunction<String> ids) {
    List<Poison> log = new ArrayList<>();
    for (Poison poison : Poisons.all(ids)) {
      log.add(Poisons.good(ids, log.size()));
      log.add(poison);
    }
    log.add(Poisons.good(ids, log.size()));
    return log;
  }

  @Test
  void shouldHaveNamesOfTheirOwn() {
    assertThat(poisons().stream().map(Poison::name).collect(Collectors.toSet()))
        .hasSameSizeAs(poisons());
  }
}
