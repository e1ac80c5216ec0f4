package dev.millrace.benchmarks.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.benchmarks.measure.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LauncherTest {
  private final Launcher launcher = Launcher.onto(Cores.allowed().getLast());

  /** A process that writes a line a task, and nothing for the task that it does not know. */
  static final class Echo {
    private Echo() {}

    public static void main(String[] arguments) throws IOException {
      if (arguments[1].equals("unknown")) {
        throw new IllegalArgumentException("what is that?");
      }
      String threads = System.getenv("OMP_NUM_THREADS");
      Files.writeString(
          Path.of(arguments[0]), "us=1 2\ttask=%s\tthreads=%s%n".formatted(arguments[1], threads));
    }
  }

  @Test
  void shouldReturnWhatTheChildSampled() throws Exception {
    List<Samples> samples = launcher.run(Launcher.java(Echo.class.getName()), List.of("a task"));
    assertThat(samples).hasSize(1);
    assertThat(samples.getFirst().us()).containsExactly(1, 2);
    assertThat(samples.getFirst().facts())
        .containsEntry("task", "a task")
        .containsEntry("threads", "1");
  }

  @Test
  void shouldRefuseACoreThatThereIsNot() {
    assertThatThrownBy(() -> Launcher.onto(Cores.allowed().getLast(), 100_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("core=100000");
  }

  @Test
  void shouldShowTheOutputOfAChildThatFailed() {
    assertThatThrownBy(() -> launcher.run(Launcher.java(Echo.class.getName()), List.of("unknown")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("what is that?");
  }

  @Test
  void shouldRefuseResultsThatAreNotAsManyAsTheTasks() {
    assertThatThrownBy(() -> launcher.run(Launcher.java(Echo.class.getName()), List.of("a", "b")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("failed");
  }
}
