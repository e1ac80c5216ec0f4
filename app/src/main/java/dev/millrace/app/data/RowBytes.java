package dev.millrace.app.data;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of a file, plain or gzipped, without its byte order mark; of an IDX file its images as
 * rows of text. Counts lines.
 */
final class RowBytes implements Closeable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final InputStream stream;
  private final long fileBytes;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private long line = 1;

  private RowBytes(Path file, FileChannel channel, Optional<Path> labels) throws IOException {
    this.file = file;
    this.channel = channel;
    this.fileBytes = channel.size();
    InputStream raw = Channels.newInputStream(channel);
    byte[] magic = raw.readNBytes(2);
    channel.position(0);
    boolean gzip = magic.length == 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b;
    InputStream plain =
        new BufferedInputStream(gzip ? new GZIPInputStream(raw, BUFFER_BYTES) : raw);
    plain.mark(4);
    boolean idx = IdxRows.isIdx(plain.readNBytes(4));
    plain.reset();
    this.stream =
        idx ? new IdxRows(file, plain, labels.orElseGet(() -> IdxRows.labelsOf(file))) : plain;
    if (peek() == 0xEF && limit >= 3 && buffer[1] == (byte) 0xBB && buffer[2] == (byte) 0xBF) {
      position = 3;
    }
  }

  /**
   * @param labels of images in an IDX file; empty: beside it
   */
  static RowBytes open(Path file, Optional<Path> labels) throws IOException {
    if (Files.isDirectory(file)) {
      throw new CsvException(
          file + " is a directory; expected a file of rows, .csv or .tsv, plain or .gz");
    }
    FileChannel channel = FileChannel.open(file);
    try {
      return new RowBytes(file, channel, labels);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** The next byte, unsigned, or -1 at the end. */
  int peek() throws IOException {
    return position < limit || fill() ? buffer[position] & 0xFF : -1;
  }

  void skip() {
    position++;
  }

  /** The line of the next byte, from 1. */
  long line() {
    return line;
  }

  double progress() throws IOException {
    return fileBytes == 0 ? 1 : (double) channel.position() / fileBytes;
  }

  /**
   * Appends what comes before the next delimiter, line break or the end, and goes past it.
   *
   * @return the delimiter, or -1 at the end of the line or the file
   */
  int appendCell(RowCells row, byte delimiter) throws IOException {
    byte[] bytes = buffer;
    while (position < limit || fill()) {
      int i = position;
      int end = limit;
      int or = 0;
      byte b = 0;
      while (i < end && (b = bytes[i]) != delimiter && b != '\n') {
        or |= b;
        i++;
      }
      row.append(bytes, position, i, or);
      position = i;
      if (i < end) {
        position++;
        if (b != '\n') {
          return delimiter;
        }
        line++;
        row.dropLast((byte) '\r');
        return -1;
      }
    }
    row.dropLast((byte) '\r');
    return -1;
  }

  /**
   * Takes the cells of a whole line where they lie and goes past it, if all of it is at hand and no
   * cell begins with a quote; else does nothing.
   *
   * @param quote 0 if there are none
   * @return whether it did
   */
  boolean takeLine(RowCells row, byte delimiter, byte quote) {
    byte[] bytes = buffer;
    int from = position;
    int end = limit;
    int i = from;
    int or = 0;
    byte b = delimiter;
    while (b == delimiter && i < end && (bytes[i] != quote || quote == 0)) {
      while (i < end && (b = bytes[i]) != delimiter && b != '\n') {
        or |= b;
        i++;
      }
      row.endCellAt(i - from);
      i++;
    }
    if (b != '\n') {
      row.clear();
      return false;
    }
    row.view(bytes, from, i, or);
    row.dropLastOfRow((byte) '\r');
    position = i;
    line++;
    return true;
  }

  /**
   * Goes past a delimiter, a line break or a carriage return and what ends its line.
   *
   * @return as {@link #appendCell}
   */
  int passEnd(byte delimiter) throws IOException {
    int next = peek();
    if (next == '\r') {
      position++;
      next = peek();
    }
    position += next < 0 ? 0 : 1;
    line += next == '\n' ? 1 : 0;
    return next == delimiter ? delimiter : -1;
  }

  /**
   * Appends what comes before the next such byte, line breaks too, and goes past it.
   *
   * @return false if the file ends before
   */
  boolean appendUntil(RowCells row, byte stop) throws IOException {
    while (position < limit || fill()) {
      int i = position;
      int or = 0;
      byte b = 0;
      while (i < limit && (b = buffer[i]) != stop) {
        or |= b;
        line += b == '\n' ? 1 : 0;
        i++;
      }
      row.append(buffer, position, i, or);
      position = i;
      if (i < limit) {
        position++;
        return true;
      }
    }
    return false;
  }

  private boolean fill() throws IOException {
    try {
      int read = stream.readNBytes(buffer, 0, BUFFER_BYTES);
      position = 0;
      limit = read;
      return read > 0;
    } catch (EOFException | ZipException e) {
      throw new CsvException(
          file + ":" + line + ": the gzip data is damaged or ends early: " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
    channel.close();
  }
}
