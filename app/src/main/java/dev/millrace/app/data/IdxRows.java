package dev.millrace.app.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Images and labels in IDX files, the format of MNIST, as rows of text: a header {@code
 * p0,p1,…,label}, then for each image its bytes from 0 to 255 and its label.
 *
 * <pre>
 *   0 0 8 d | d sizes, int32 big-endian | bytes, the last size moving fastest
 *   images: d = 2 or more, the first size their number; labels: d = 1
 * </pre>
 */
final class IdxRows extends InputStream {
  private static final int UNSIGNED_BYTES = 8;
  private static final int PIXELS_MAX = 1 << 17;

  private final Path file;
  private final Path labelsFile;
  private final DataInputStream images;
  private final DataInputStream labels;
  private final int count;
  private final int pixels;
  private int image;
  private byte[] text;
  private int position;

  /**
   * @param in the images, of which nothing has been read
   */
  IdxRows(Path file, InputStream in, Path labelsFile) throws IOException {
    this.file = file;
    this.labelsFile = labelsFile;
    images = new DataInputStream(in);
    int dimensions = dimensions(images, file);
    long size = 1;
    try {
      count = images.readInt();
      for (int i = 1; i < dimensions; i++) {
        size = Math.min(PIXELS_MAX + 1L, size * Math.max(0, images.readInt()));
      }
    } catch (EOFException e) {
      throw endsEarly(file);
    }
    if (dimensions < 2 || count < 0 || size < 1 || size > PIXELS_MAX) {
      throw new CsvException(
          "%s has %d dimensions and images of %,d bytes; expected images of 1 to %,d bytes"
              .formatted(file, dimensions, size, PIXELS_MAX));
    }
    pixels = (int) size;
    labels = labels();
    text = header();
  }

  /** Whether bytes are how an IDX file of unsigned bytes begins. */
  static boolean isIdx(byte[] first) {
    return first.length >= 4
        && first[0] == 0
        && first[1] == 0
        && first[2] == UNSIGNED_BYTES
        && first[3] > 0;
  }

  /** Where the labels of images lie if nothing is said: beside them, by their usual name. */
  static Path labelsOf(Path images) {
    String name = images.getFileName().toString();
    return images.resolveSibling(name.replace("images-idx3", "labels-idx1"));
  }

  private DataInputStream labels() throws IOException {
    if (!Files.isRegularFile(labelsFile) || labelsFile.equals(file)) {
      throw new CsvException(
          "%s holds images, and there is no file of their labels; expected --labels FILE, or %s beside it"
              .formatted(file, "…labels-idx1-ubyte for …images-idx3-ubyte"));
    }
    InputStream raw = new BufferedInputStream(Files.newInputStream(labelsFile));
    raw.mark(2);
    boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
    raw.reset();
    DataInputStream in =
        new DataInputStream(gzip ? new BufferedInputStream(new GZIPInputStream(raw)) : raw);
    try {
      int dimensions = dimensions(in, labelsFile);
      int found = in.readInt();
      if (dimensions != 1 || found != count) {
        throw new CsvException(
            "%s has %d dimensions and %,d labels; expected one, and a label for each of the %,d images of %s"
                .formatted(labelsFile, dimensions, found, count, file));
      }
      return in;
    } catch (EOFException e) {
      in.close();
      throw endsEarly(labelsFile);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private static int dimensions(DataInputStream in, Path file) throws IOException {
    byte[] first = in.readNBytes(4);
    if (!isIdx(first)) {
      throw new CsvException(file + " is no IDX file of bytes; expected it to begin with 0 0 8");
    }
    return first[3];
  }

  private static CsvException endsEarly(Path file) {
    return new CsvException(file + " ends early; expected as many bytes as its sizes say");
  }

  private byte[] header() {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < pixels; i++) {
      names.append('p').append(i).append(',');
    }
    return names.append("label\n").toString().getBytes(StandardCharsets.US_ASCII);
  }

  private boolean nextRow() throws IOException {
    if (image == count) {
      return false;
    }
    byte[] bytes = images.readNBytes(pixels);
    if (bytes.length < pixels) {
      throw endsEarly(file);
    }
    StringBuilder row = new StringBuilder(4 * pixels);
    for (byte pixel : bytes) {
      row.append(pixel & 0xFF).append(',');
    }
    int label = labels.read();
    if (label < 0) {
      throw endsEarly(labelsFile);
    }
    text = row.append(label).append('\n').toString().getBytes(StandardCharsets.US_ASCII);
    position = 0;
    image++;
    return true;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0];
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (position == text.length && !nextRow()) {
      return -1;
    }
    int taken = Math.min(length, text.length - position);
    System.arraycopy(text, position, to, offset, taken);
    position += taken;
    return taken;
  }

  @Override
  public void close() throws IOException {
    try (labels) {
      images.close();
    }
  }
}
