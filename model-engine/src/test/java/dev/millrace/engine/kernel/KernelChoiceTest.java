package dev.millrace.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelChoiceTest {
  private static final String MODULE = "--add-modules=jdk.incubator.vector";

  @Test
  void choosesVectorsWhereTheModuleIsPresent() {
    KernelChoice choice = KernelChoice.select(KernelChoice.Mode.AUTO);
    assertThat(choice.kernels()).isInstanceOf(VectorKernels.class);
    assertThat(choice.reason()).matches("vector kernels, \\d+ bits");
  }

  @Test
  void choosesPlainWhenAskedFor() {
    KernelChoice choice = KernelChoice.select(KernelChoice.Mode.PLAIN);
    assertThat(choice.kernels()).isInstanceOf(PlainKernels.class);
    assertThat(choice.reason()).isEqualTo("plain kernels: asked for");
  }

  @Test
  void choosesPlainAndComputesTheSameWithoutTheModule() throws Exception {
    assertThat(java(List.of(), "AUTO"))
        .containsExactly(
            "plain kernels: module jdk.incubator.vector is absent; "
                + "start Java with --add-modules jdk.incubator.vector",
            KernelDigest.digest(new PlainKernels()));
  }

  @Test
  void refusesVectorsWithoutTheModuleAndTellsTheWayOut() throws Exception {
    assertThat(java(List.of(), "VECTOR"))
        .containsExactly(
            "no vector kernels: module jdk.incubator.vector is absent; "
                + "start Java with --add-modules jdk.incubator.vector");
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void vectorsOfEveryWidthComputeWhatPlainLoopsDo(int bits) throws Exception {
    int widest = VectorKernels.bits();
    int expected = Math.min(bits, widest);
    assertThat(java(List.of(MODULE, "-XX:MaxVectorSize=" + bits / 8), "VECTOR"))
        .contains("vector kernels, " + expected + " bits")
        .contains(KernelDigest.digest(new PlainKernels()));
  }

  private static List<String> java(List<String> flags, String mode) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-ea", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(KernelDigest.class.getName(), mode));
    return lines(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  private static List<String> lines(Process process) throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().filter(line -> !line.startsWith("WARNING")).toList();
  }
}
