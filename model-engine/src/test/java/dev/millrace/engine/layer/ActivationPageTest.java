package dev.millrace.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/activations.md} has a row for each activation that there is. */
class ActivationPageTest {
  private static final Pattern ROW = Pattern.compile("^\\| `([a-z0-9_]+)` \\|", Pattern.MULTILINE);

  @Test
  void shouldListTheActivationsThatThereAre() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "activations.md"));
    List<String> listed = ROW.matcher(page).results().map(row -> row.group(1)).toList();
    List<String> names = Arrays.stream(Activation.values()).map(Activation::kerasName).toList();
    assertThat(listed).isEqualTo(names);
  }
}
