package dev.millrace.app.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxRowsTest {
  private static final byte[] IMAGES = {
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 2, (byte) 255, 5, 6, 7, 8
  };
  private static final byte[] LABELS = {0, 0, 8, 1, 0, 0, 0, 2, 9, 4};

  @TempDir private Path folder;

  private Path file(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static List<List<String>> rows(Path file, Optional<Path> labels) throws IOException {
    CsvOptions options =
        new CsvOptions(true, false, Optional.empty(), Optional.empty(), Optional.empty(), labels);
    List<List<String>> rows = new ArrayList<>();
    try (CsvReader reader = CsvReader.open(file, options)) {
      rows.add(reader.header());
      while (reader.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 0; i < reader.header().size(); i++) {
          row.add(reader.text(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  @Test
  void shouldReadImagesWithTheLabelsBesideThemAsRows() throws IOException {
    Path images = file("t-images-idx3-ubyte.gz", gzip(IMAGES));
    file("t-labels-idx1-ubyte.gz", gzip(LABELS));
    assertThat(rows(images, Optional.empty()))
        .containsExactly(
            List.of("p0", "p1", "p2", "p3", "label"),
            List.of("0", "1", "2", "255", "9"),
            List.of("5", "6", "7", "8", "4"));
  }

  @Test
  void shouldTakeTheLabelsFromWhereItIsTold() throws IOException {
    Path images = file("pictures", IMAGES);
    Path labels = file("answers.gz", gzip(LABELS));
    assertThat(rows(images, Optional.of(labels))).hasSize(3);
    assertThatThrownBy(() -> rows(images, Optional.empty()))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("pictures holds images")
        .hasMessageContaining("expected --labels FILE");
  }

  @Test
  void shouldSayWhichFileEndsEarlyOrDoesNotFit() throws IOException {
    Path images = file("pictures", IMAGES);
    Path few = file("few", new byte[] {0, 0, 8, 1, 0, 0, 0, 1, 9});
    assertThatThrownBy(() -> rows(images, Optional.of(few)))
        .hasMessageContaining("1 labels")
        .hasMessageContaining("each of the 2 images");
    Path cut = file("cut", new byte[] {0, 0, 8, 1, 0, 0, 0, 2, 9});
    assertThatThrownBy(() -> rows(images, Optional.of(cut))).hasMessageContaining("cut ends early");
    Path half = file("half", Arrays.copyOf(IMAGES, IMAGES.length - 1));
    Path labels = file("labels", LABELS);
    assertThatThrownBy(() -> rows(half, Optional.of(labels)))
        .hasMessageContaining("half ends early");
    Path head = file("head", Arrays.copyOf(IMAGES, 7));
    assertThatThrownBy(() -> rows(head, Optional.of(labels)))
        .hasMessageContaining("head ends early");
    assertThatThrownBy(() -> rows(images, Optional.of(images))).hasMessageContaining("no file of");
    Path text = file("text", "a,b".getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(() -> rows(images, Optional.of(text)))
        .hasMessageContaining("text is no IDX file");
  }
}
