package dev.millrace.topology.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.Control;
import dev.millrace.topology.config.PipelineParser;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ControlsTest {
  private static Control control(Control.Action action, String reason) {
    return new Control("c", action, null, List.of(), "ops", 0, reason);
  }

  @Test
  void shouldKeepItsOwnPauseAndTakeRateAndLayersOfACopyThatIsInstalled() {
    Controls own = new Controls(7, 9, true, 0.5, new TreeSet<>(List.of("a")), 12L);
    Controls copy = new Controls(3, 4, false, 0.1, new TreeSet<>(List.of("b")), 2L);
    assertThat(own.installed(copy))
        .isEqualTo(new Controls(7, 9, true, 0.1, new TreeSet<>(List.of("b")), null));
  }

  @Test
  void shouldRefuseBeforeThereIsAModelWhatNeedsOne() {
    Controls none = Controls.NONE;
    assertThat(none.after(control(Control.Action.PAUSE, null), null, 0).paused()).isTrue();
    for (Control.Action action :
        List.of(Control.Action.FREEZE, Control.Action.LEARNING_RATE, Control.Action.RESET)) {
      assertThatThrownBy(() -> none.after(control(action, null), null, 0))
          .isInstanceOf(RefusedControlException.class)
          .hasMessageStartingWith("there is no model yet; ask for " + action);
    }
  }

  @Test
  void shouldCutLongReasonsBetweenTwoCharactersAndKeepTheNewestChanges() {
    Lineage lineage =
        Lineage.of(PipelineParser.parse("{input: {topic: t}, label: {field: y}}", "p.yaml"));
    for (int i = 0; i < 1_500; i++) {
      String words = Controls.words(control(Control.Action.PAUSE, "x".repeat(i) + "🜁🜁"), i);
      lineage = lineage.with(new Lineage.Change(0, i, words));
    }
    assertThat(lineage.changes()).hasSize(1_000);
    assertThat(lineage.changes().getFirst().offset()).isEqualTo(500);
    assertThat(Lineage.fromBytes(lineage.toBytes())).as("no half character").isEqualTo(lineage);
    assertThat(lineage.changes().getLast().what()).hasSizeLessThan(503).endsWith("x…");
  }
}
