package dev.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Machine MACHINE =
      new Machine("Linux amd64, 25 GB", "a CPU", 2, 1, 0.5, "25", LocalDate.of(2026, 11, 24));
  private static final Timing TIMING =
      new Timing(
          "seed-step",
          "1000-512-10",
          32,
          new Spread(1_069, 1_008, 2_000, 1_015.0),
          new LinkedHashMap<>(Map.of("gflops", 65.5, "ratio_to_limit", 0.5)),
          "vector kernels",
          Map.of("tensorflow", new Timing.Peer(new Spread(3_000, 1_900, 9_000, 2_030.0), 2, "TF")),
          Map.of("pytorch", "python3 has no torch"));

  @Test
  void shouldWriteATimingAsOneObjectALineWithItsMachine() throws Exception {
    String[] lines = printed(out -> Report.json(List.of(TIMING, TIMING), MACHINE, out)).split("\n");
    assertThat(lines).hasSize(2);
    JsonNode object = new JsonMapper().readTree(lines[0]);
    assertThat(object.get("benchmark").textValue()).isEqualTo("seed-step");
    assertThat(object.get("name").textValue()).isEqualTo("1000-512-10");
    assertThat(object.get("batch").intValue()).isEqualTo(32);
    assertThat(object.get("median_us").doubleValue()).isEqualTo(1_069);
    assertThat(object.get("p5_us").doubleValue()).isEqualTo(1_015);
    assertThat(object.get("min_us").doubleValue()).isEqualTo(1_008);
    assertThat(object.get("gflops").doubleValue()).isEqualTo(65.5);
    assertThat(object.get("core").intValue()).isEqualTo(1);
    assertThat(object.get("date").textValue()).isEqualTo("2026-11-24");
    assertThat(object.get("cpu").textValue()).isEqualTo("a CPU");
  }

  @Test
  void shouldNestPeersByNameAndSayWhoIsAbsent() throws Exception {
    String line = printed(out -> Report.json(List.of(TIMING), MACHINE, out));
    JsonNode object = new JsonMapper().readTree(line);
    JsonNode peer = object.get("peers").get("tensorflow");
    assertThat(peer.get("median_us").doubleValue()).isEqualTo(3_000);
    assertThat(peer.get("p5_us").doubleValue()).isEqualTo(2_030);
    assertThat(peer.get("min_us").doubleValue()).isEqualTo(1_900);
    assertThat(peer.get("ratio").doubleValue()).isEqualTo(2);
    assertThat(object.get("absent").get("pytorch").textValue()).contains("no torch");
  }

  @Test
  void shouldTellPeopleTheSame() {
    assertThat(printed(out -> Report.heading(MACHINE, out))).contains("on core 1", "load 0.5");
    assertThat(printed(out -> Report.table(List.of(TIMING), out)))
        .contains("seed-step: 1000-512-10", "1,015", "2.00 times as long", "absent");
  }

  @Test
  void shouldWriteRoundsWithTheirSpreadsFiguresAndProfiles() throws Exception {
    Rounds rounds =
        new Rounds(
            "e2e-4kb",
            "pipeline",
            Map.of("records_per_s", new Spread(5, 4, 6, null)),
            Map.of("rounds", 3.0),
            Map.of("stages", Map.of("forward", 44.0)));
    String line = printed(out -> Report.json(List.of(rounds), MACHINE, out));
    JsonNode object = new JsonMapper().readTree(line);
    assertThat(object.get("records_per_s").get("median").doubleValue()).isEqualTo(5);
    assertThat(object.get("records_per_s").has("p5")).isFalse();
    assertThat(object.get("rounds").doubleValue()).isEqualTo(3);
    assertThat(object.get("stages").get("forward").doubleValue()).isEqualTo(44);
  }

  private static String printed(Consumer<PrintWriter> report) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    report.accept(out);
    out.flush();
    return text.toString();
  }
}
