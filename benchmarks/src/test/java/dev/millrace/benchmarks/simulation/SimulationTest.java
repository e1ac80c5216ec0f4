package dev.millrace.benchmarks.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

class SimulationTest {
  private static final int HISTORIES = 2000;
  private static final int HISTORIES_WITH_FAULT = 40;

  @Test
  void shouldCommitWhatOnePlainLoopGivesInEveryHistory() {
    Tally tally = new Tally();
    List<String> failures = new ArrayList<>();
    for (long seed = 1; seed <= HISTORIES; seed++) {
      Simulation.Result result = Simulation.run(seed, BrokerFault.NONE, null);
      tally.add(result);
      result.problem().ifPresent(problem -> failures.add(result.failure()));
    }
    assertThat(failures).isEmpty();
    assertThat(tally.counts()).as("what never happened was not proved").doesNotContainValue(0L);
  }

  /** The negative control: a broker that breaks a promise must be found out. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void shouldNoticeABrokerThatBreaksAPromise(BrokerFault fault) {
    List<String> failures = new ArrayList<>();
    for (long seed = 1; seed <= HISTORIES_WITH_FAULT; seed++) {
      Simulation.Result result = Simulation.run(seed, fault, null);
      result.problem().ifPresent(problem -> failures.add(result.failure()));
    }
    assertThat(failures).hasSizeGreaterThan(2);
    assertThat(failures.getFirst())
        .containsPattern("repeat it: ./millrace-sim --seeds \\d+ --trace");
  }

  @Test
  void shouldTellTheSameStoryOfTheSameSeed() {
    assertThat(story(5)).isEqualTo(story(5)).isNotEqualTo(story(6)).hasSizeGreaterThan(20);
  }

  private static List<String> story(long seed) {
    List<String> story = new ArrayList<>();
    assertThat(Simulation.run(seed, BrokerFault.NONE, story::add).problem())
        .isEqualTo(Optional.empty());
    return story;
  }

  @Test
  void shouldRefuseSeedsThatAreNoRange() {
    assertThat(refusal("1-5")).contains("--seeds is FROM..TO, such as 1..2000, seeds=1-5");
    assertThat(refusal("5..1")).contains("--seeds ends before it begins: 5..1");
  }

  private static String refusal(String seeds) {
    StringWriter err = new StringWriter();
    CommandLine line = new CommandLine(new SimulationCommand()).setErr(new PrintWriter(err));
    assertThat(line.execute("--seeds", seeds)).isEqualTo(2);
    return err.toString();
  }
}
