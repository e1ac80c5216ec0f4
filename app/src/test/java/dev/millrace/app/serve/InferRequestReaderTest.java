package dev.millrace.app.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.topology.serve.RequestException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers are read beside Jackson where the datatype stands before them, and else by Jackson. */
class InferRequestReaderTest {
  private static final long SEED = 11;

  private static String besideJackson(String shape, String data) {
    return "{\"inputs\":[{\"name\":\"v\",\"shape\":%s,\"datatype\":\"FP64\",\"data\":%s}]}"
        .formatted(shape, data);
  }

  private static String byJackson(String shape, String data) {
    return "{\"inputs\":[{\"data\":%s,\"name\":\"v\",\"shape\":%s,\"datatype\":\"FP64\"}]}"
        .formatted(data, shape);
  }

  private static double[] read(String body) {
    return InferRequestReader.read(bytes(body)).inputs().getFirst().numbers();
  }

  private static byte[] bytes(String body) {
    return body.getBytes(StandardCharsets.UTF_8);
  }

  /** What becomes of a body: its numbers, or the error. */
  private static String outcome(String body, int count) {
    try {
      StringBuilder bits = new StringBuilder();
      double[] numbers = read(body);
      for (int i = 0; i < count; i++) {
        bits.append(Long.toHexString(Double.doubleToRawLongBits(numbers[i]))).append(' ');
      }
      return bits.toString();
    } catch (RequestException e) {
      return e.getMessage();
    }
  }

  private static String number(SplittableRandom random) {
    double value = random.nextDouble(-2, 2) * Math.pow(10, random.nextInt(-12, 12));
    return switch (random.nextInt(9)) {
      case 0 -> Integer.toString(random.nextInt());
      case 1 -> Double.toString(value);
      case 2 -> Float.toString((float) value);
      case 3 -> Double.toString((float) value);
      case 4 -> String.format(Locale.ROOT, "%.4f", value);
      case 5 -> String.format(Locale.ROOT, "%.17f", value);
      case 6 -> String.format(Locale.ROOT, "%.9e", value);
      case 7 -> Long.toString(random.nextLong());
      default -> random.nextInt(20) == 0 ? "null" : "0";
    };
  }

  @Test
  void shouldReadEveryNumberToTheBitAsJacksonDoes() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int request = 0; request < 3_000; request++) {
      int rows = 1 + random.nextInt(4);
      int size = 1 + random.nextInt(90);
      boolean nested = random.nextBoolean();
      String space = random.nextBoolean() ? "" : " ";
      StringBuilder data = new StringBuilder("[");
      for (int row = 0; row < rows; row++) {
        data.append(row == 0 ? "" : ",").append(nested ? "[" : "");
        for (int i = 0; i < size; i++) {
          data.append(i == 0 ? "" : "," + space).append(number(random));
        }
        data.append(nested ? "]" : "");
      }
      data.append("]");
      String shape = "[%d,%d]".formatted(rows, size);
      assertThat(outcome(besideJackson(shape, data.toString()), rows * size))
          .as("seed %d, request %d: %s", SEED, request, data)
          .isEqualTo(outcome(byJackson(shape, data.toString()), rows * size))
          .doesNotContain("JSON");
    }
  }

  @Test
  void shouldRefuseWhatJacksonRefusesAndNothingElse() {
    SplittableRandom random = new SplittableRandom(SEED);
    String characters = "0011.5-+eE,, []\n\tn\"";
    int read = 0;
    for (int request = 0; request < 200_000; request++) {
      StringBuilder data = new StringBuilder("[1");
      int length = random.nextInt(8);
      for (int i = 0; i < length; i++) {
        data.append(characters.charAt(random.nextInt(characters.length())));
      }
      data.append("]");
      int count = data.toString().split(",", -1).length;
      String shape = "[1,%d]".formatted(count);
      Supplier<String> beside = () -> outcome(besideJackson(shape, data.toString()), count);
      boolean isRead = beside.get().matches("([0-9a-f]+ )+");
      assertThat(isRead)
          .as("seed %d, request %d: %s", SEED, request, data)
          .isEqualTo(outcome(byJackson(shape, data.toString()), count).matches("([0-9a-f]+ )+"));
      read += isRead ? 1 : 0;
    }
    assertThat(read).isGreaterThan(5_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[1,]", "[1,,2]", "[01]", "[.5]", "[5.]", "[+1]", "[1 2]", "[-]", "[1e]", "[1"})
  void shouldRefuseWhatIsNoJson(String data) {
    assertThatThrownBy(() -> read(besideJackson("[1,1]", data)))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("the body is no JSON");
  }

  @Test
  void shouldRefuseANumberThatIsTooLarge() {
    assertThatThrownBy(() -> read(besideJackson("[1,2]", "[1, 1e999]")))
        .isInstanceOf(RequestException.class)
        .hasMessage("input 'v' has a number that is too large");
  }

  @Test
  void shouldTakeNumbersBeforeJacksonSeesThem() throws IOException {
    JsonBody body = new JsonBody(bytes("{\"a[\":[[0.5, -2e3,7],[1,null,3]]}"));
    try (JsonParser json = new JsonFactory().createParser(body)) {
      double[] numbers = new double[4];
      json.nextToken();
      json.nextToken();
      assertThat(json.nextToken()).isEqualTo(JsonToken.START_ARRAY);
      assertThat(body.isAt(json)).isTrue();
      assertThat(body.takeNumbers(numbers, 0)).isZero();
      assertThat(json.nextToken()).isEqualTo(JsonToken.START_ARRAY);
      assertThat(body.takeNumbers(numbers, 1)).isEqualTo(3);
      assertThat(numbers).containsExactly(0, 0.5, -2e3, 7);
      assertThat(body.isAtEndOfArray()).isTrue();
      assertThat(json.nextToken()).isEqualTo(JsonToken.END_ARRAY);
      assertThat(json.nextToken()).isEqualTo(JsonToken.START_ARRAY);
      assertThat(body.takeNumbers(numbers, 0)).isEqualTo(1);
      assertThat(json.nextToken()).isEqualTo(JsonToken.VALUE_NULL);
      assertThat(json.nextToken()).isEqualTo(JsonToken.VALUE_NUMBER_INT);
      assertThat(body.isAt(json)).as("Jackson is amid what it was given").isFalse();
    }
  }
}
