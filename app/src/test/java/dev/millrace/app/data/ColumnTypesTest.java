package dev.millrace.app.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.app.data.Column.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ColumnTypesTest {
  private static final Path EXAMPLES = Path.of("..", "examples", "data");

  @TempDir private Path folder;

  private ColumnTypes types(String text) throws IOException {
    return ColumnTypes.of(Files.writeString(folder.resolve("a.csv"), text), CsvOptions.DEFAULT);
  }

  private Column column(String... cells) throws IOException {
    return types("x,y\n" + String.join(",0\n", cells) + ",0\n").column("x");
  }

  private static Task task(String file, String label) throws IOException {
    return Task.of(ColumnTypes.of(EXAMPLES.resolve(file), CsvOptions.DEFAULT).column(label));
  }

  @Test
  void shouldTellTheKindOfAColumnByAllItsCells() throws IOException {
    assertThat(column("1", "-2").kind()).isEqualTo(Kind.LONG);
    assertThat(column("1", "2.5").kind()).isEqualTo(Kind.DOUBLE);
    assertThat(column("1", "99999999999999999999").kind()).isEqualTo(Kind.DOUBLE);
    assertThat(column("True", "FALSE", "").kind()).isEqualTo(Kind.BOOLEAN);
    assertThat(column("true", "1").kind()).isEqualTo(Kind.STRING);
    assertThat(column("1", "2", "x").kind()).isEqualTo(Kind.STRING);
    assertThat(column("", "").kind()).isEqualTo(Kind.STRING);
  }

  @Test
  void shouldTakeWordsForMissingOnlyAmongNumbers() throws IOException {
    Column numbers = column("1", "NaN", "NA", "null", "?", "");
    assertThat(numbers.kind()).isEqualTo(Kind.LONG);
    assertThat(numbers.missing()).isEqualTo(5);
    assertThat(numbers.values()).containsExactly("1");
    Column texts = column("a", "NA", "?", "");
    assertThat(texts.missing()).isEqualTo(1);
    assertThat(texts.distinct()).isEqualTo(3);
    assertThat(texts.values()).containsExactly("?", "NA", "a");
  }

  @Test
  void shouldNoticeConstantRisingDistinctAndDatedColumns() throws IOException {
    StringBuilder text = new StringBuilder("n,id,same,at,few,day\n");
    for (int i = 0; i < 20; i++) {
      text.append(
          "%d,u%d,7,2014-07-01 00:%02d:00,%d,%d/1/2011\n"
              .formatted(100 + 2 * i, i, i, i % 3, i % 9 + 1));
    }
    ColumnTypes types = types(text.toString());
    assertThat(types.column("n").isRising()).isTrue();
    assertThat(types.column("n").isRowNumber()).as("it does not count").isFalse();
    assertThat(types.column("at").shape().isoDates()).isTrue();
    assertThat(types.column("at").shape().timed()).isTrue();
    assertThat(types.column("day").shape().isoDates()).isFalse();
    assertThat(types.column("id").isTextId()).isTrue();
    assertThat(types.column("same").isConstant()).isTrue();
    assertThat(types.column("at").dates()).isTrue();
    assertThat(types.column("day").dates()).isTrue();
    assertThat(types.column("few").isRowNumber()).isFalse();
    assertThat(types.column("few").values()).containsExactly("0", "1", "2");
  }

  @Test
  void shouldTellRowNumbersIdsTextsTimesAndSkewedCounts() throws IOException {
    StringBuilder text = new StringBuilder(",userId,Id,said,seconds,clicks,plain,idle\n");
    for (int i = 0; i < 60; i++) {
      text.append(
          "%d,%d,%d,words that are said %d times,%d,%d,%d,%d\n"
              .formatted(
                  i,
                  i * 37 % 11,
                  9 * i,
                  i,
                  1_400_000_000 + 1_000 * i,
                  i % 20 == 0 ? 5_000 + i : i % 7,
                  i % 13,
                  i % 5));
    }
    ColumnTypes types = types(text.toString());
    assertThat(types.column("column_1").isRowNumber()).isTrue();
    assertThat(types.column("userId").isNumberedId()).isTrue();
    assertThat(types.column("userId").isRowId()).isFalse();
    assertThat(types.column("Id").isRowId()).isTrue();
    assertThat(types.column("Id").isRowNumber()).isFalse();
    assertThat(types.column("said").isText()).isTrue();
    assertThat(types.column("said").shape().words()).isEqualTo(6);
    assertThat(types.column("seconds").shape().isSeconds()).isTrue();
    assertThat(types.column("clicks").shape().isSkewedCount()).isTrue();
    assertThat(types.column("plain").shape().isSkewedCount()).isFalse();
    assertThat(types.column("idle").isNumberedId()).isFalse();
  }

  @Test
  void shouldTellTheTaskOfTheExamples() throws IOException {
    assertThat(task("elec2.csv.gz", "class")).isEqualTo(Task.CLASSIFICATION);
    assertThat(task("phishing.csv.gz", "is_phishing")).isEqualTo(Task.CLASSIFICATION);
    assertThat(task("image_segments.csv.gz", "category")).isEqualTo(Task.CLASSIFICATION);
    assertThat(task("bike_sharing.csv.gz", "cnt")).isEqualTo(Task.REGRESSION);
  }

  @Test
  void shouldTakeHalvesForARegressionAndWholeDoublesForClasses() throws IOException {
    assertThat(Task.of(column("0.5", "1.0", "4.5"))).isEqualTo(Task.REGRESSION);
    Column whole = column("1.0", "0.0", "2.0");
    assertThat(Task.of(whole)).isEqualTo(Task.CLASSIFICATION);
    assertThat(Task.classes(whole)).containsExactly("0", "1", "2");
    assertThat(Task.classes(column("10", "9", "1"))).containsExactly("1", "9", "10");
  }

  @Test
  void shouldFindColumnsThatAddUpToTheLabel() throws IOException {
    ColumnTypes types =
        ColumnTypes.of(
            EXAMPLES.resolve("bike_sharing.csv.gz"), CsvOptions.DEFAULT, Optional.of("cnt"));
    assertThat(types.sums())
        .containsExactly(List.of(types.column("casual"), types.column("registered")));
  }

  @Test
  void shouldNameTheNearestColumnForOneThatIsNotThere() {
    Path file = EXAMPLES.resolve("phishing.csv.gz");
    assertThatThrownBy(() -> ColumnTypes.of(file, CsvOptions.DEFAULT, Optional.of("is_fishing")))
        .isInstanceOf(CsvException.class)
        .hasMessageStartingWith(
            file
                + " has no column 'is_fishing'; did you mean 'is_phishing'?; its columns are"
                + " empty_");
  }

  @Test
  void shouldMakeNamesThatAvroAccepts() {
    assertThat(
            AvroNames.of(
                List.of("region-centroid-col", "a b", "a.b", "Price ($)", "2nd", "_x", "é", "a_b")))
        .containsExactly(
            "region_centroid_col", "a_b", "a_b_2", "Price", "_2nd", "_x", "column_7", "a_b_3");
  }
}
