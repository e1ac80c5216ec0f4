package dev.millrace.app.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
  private static double parse(String text) {
    double amidBytes = parse(text, "12345678");
    double atTheEnd = parse(text, "");
    assertThat(Double.doubleToRawLongBits(amidBytes))
        .as("read at once or byte by byte: '%s'", text)
        .isEqualTo(Double.doubleToRawLongBits(atTheEnd));
    return amidBytes;
  }

  private static double parse(String text, String behind) {
    byte[] bytes = ("7" + text + behind).getBytes(StandardCharsets.UTF_8);
    return Numbers.parseDouble(bytes, 1, bytes.length - 1 - behind.length());
  }

  @Test
  void shouldReadShortCellsAtOnceAsByteByByte() {
    SplittableRandom random = new SplittableRandom(5);
    String characters = "00123456789....--+e ?/:";
    for (int i = 0; i < 200_000; i++) {
      StringBuilder text = new StringBuilder();
      int length = 1 + random.nextInt(8);
      for (int c = 0; c < length; c++) {
        text.append(characters.charAt(random.nextInt(characters.length())));
      }
      parse(text.toString());
    }
    for (int i = 0; i < 200_000; i++) {
      int decimals = random.nextInt(6);
      double number = random.nextDouble(-99, 99);
      String text = String.format(Locale.ROOT, "%." + decimals + "f", number);
      assertThat(parse(text)).isEqualTo(Double.parseDouble(text));
    }
  }

  @Test
  void shouldRoundOnceWhereDigitsAreMany() {
    SplittableRandom random = new SplittableRandom(6);
    for (int i = 0; i < 1_000_000; i++) {
      int power = random.nextInt(-26, 26);
      double number = random.nextDouble(-1, 1) * Math.pow(10, power);
      String text =
          switch (i % 4) {
            case 0 -> Double.toString(number);
            case 1 -> Double.toString((float) number);
            case 2 -> random.nextLong(1L << 60) + "e" + power;
            default -> middle(random, power);
          };
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      assertThat(Numbers.parseDouble(bytes, 0, bytes.length))
          .as(text)
          .isEqualTo(Double.parseDouble(text));
    }
  }

  /** Next to the middle between two numbers, where rounding is hardest. */
  private static String middle(SplittableRandom random, int power) {
    double number = random.nextDouble(0.1, 1) * Math.pow(10, power);
    return new BigDecimal(number)
        .add(new BigDecimal(Math.ulp(number) / 2))
        .round(new MathContext(18))
        .toString();
  }

  private static boolean isLong(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Numbers.isLong(bytes, 0, bytes.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "1",
        "+1",
        ".5",
        "5.",
        "-0.0",
        "1e3",
        "1E-3",
        "123456789012345678901234567890",
        "9007199254740993",
        "0.1",
        "-2.220446049250313e-16",
        "4.9e-324",
        "1e400",
        "0.000000000000000000000001",
        "18177.000000000000000000001"
      })
  void shouldReadANumberAsJavaDoes(String text) {
    assertThat(Double.doubleToRawLongBits(parse(text)))
        .isEqualTo(Double.doubleToRawLongBits(Double.parseDouble(text)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        ".",
        "1d",
        "0x1p3",
        "NaN",
        "Infinity",
        "1e",
        "1e+",
        "1.2.3",
        "1 2",
        "e5",
        "１"
      })
  void shouldTakeNothingElseForANumber(String text) {
    assertThat(parse(text)).isNaN();
    assertThat(isLong(text)).isFalse();
  }

  @Test
  void shouldReadRandomNumbersAsJavaDoes() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      String text =
          i % 2 == 0 || !Double.isFinite(value)
              ? Double.toString(random.nextDouble(-1000, 1000))
              : Double.toString(value);
      assertThat(parse(text)).as(text).isEqualTo(Double.parseDouble(text));
    }
  }

  @Test
  void shouldKnowTheRangeOfALong() {
    assertThat(isLong("9223372036854775807")).isTrue();
    assertThat(isLong("9223372036854775808")).isFalse();
    assertThat(isLong("-9223372036854775808")).isTrue();
    byte[] least = "-9223372036854775808".getBytes(StandardCharsets.UTF_8);
    assertThat(Numbers.parseLong(least, 0, least.length)).isEqualTo(Long.MIN_VALUE);
    assertThat(isLong("1.0")).isFalse();
  }
}
