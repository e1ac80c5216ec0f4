package dev.millrace.engine.model;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.state.Digest;
import dev.millrace.engine.state.StateException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UTFDataFormatException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A model in a file: to save, load and go on is bit for bit the same as never to have stopped.
 *
 * <pre>
 *   magic "MILLRACE" | format int32 | spec hash, 32 bytes | spec: length int32, JSON in UTF-8
 *   then for each block: 1 | key: length uint16, UTF-8 | length int32, bytes
 *   then 0 | SHA-256 of everything before                      integers are big-endian
 * </pre>
 */
public final class ModelFile {
  private static final byte[] MAGIC = "MILLRACE".getBytes(StandardCharsets.US_ASCII);
  private static final int FORMAT = 4;
  private static final int SPEC_BYTES_MAX = 16 << 20;
  private static final int BLOCK_BYTES_MAX = 1 << 20;

  private ModelFile() {}

  /** Writes the model with its partial batch and metrics. No event may wait for a prediction. */
  public static void save(Learner learner, OutputStream target) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    DataOutputStream out = new DataOutputStream(new DigestOutputStream(target, sha256));
    byte[] spec = learner.spec().toJson().getBytes(StandardCharsets.UTF_8);
    out.write(MAGIC);
    out.writeInt(FORMAT);
    out.write(Digest.sha256(spec));
    out.writeInt(spec.length);
    out.write(spec);
    try {
      learner.writeAll((key, value) -> writeBlock(out, key, value));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    out.writeByte(0);
    out.flush();
    target.write(sha256.digest());
    target.flush();
  }

  private static void writeBlock(DataOutputStream out, String key, byte[] value) {
    try {
      out.writeByte(1);
      out.writeUTF(key);
      out.writeInt(value.length);
      out.write(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a model that {@link #save} wrote.
   *
   * @throws StateException if the bytes are no model file, of another format, cut or changed
   */
  public static Learner load(InputStream source, Kernels kernels) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    DataInputStream in = new DataInputStream(new DigestInputStream(source, sha256));
    try {
      expect(Arrays.equals(in.readNBytes(MAGIC.length), MAGIC), "it does not begin with MILLRACE");
      int format = in.readInt();
      if (format != FORMAT) {
        throw new StateException(
            "the model file has format %d, this program reads %d; use the version that wrote it"
                .formatted(format, FORMAT));
      }
      byte[] specHash = in.readNBytes(32);
      byte[] json = readBytes(in, SPEC_BYTES_MAX);
      expect(Arrays.equals(specHash, Digest.sha256(json)), "its spec was changed");
      Map<String, byte[]> blocks = new HashMap<>();
      while (in.readByte() == 1) {
        blocks.put(in.readUTF(), readBytes(in, BLOCK_BYTES_MAX));
      }
      byte[] expected = sha256.digest();
      expect(Arrays.equals(source.readNBytes(32), expected), "its checksum does not match");
      Learner learner =
          new Learner(ModelSpec.fromJson(new String(json, StandardCharsets.UTF_8)), kernels);
      learner.read(blocks::get);
      return learner;
    } catch (EOFException e) {
      throw new StateException("not a whole model file: it ends too early", e);
    } catch (UTFDataFormatException e) {
      throw new StateException("not a model file, or a broken one: a key is no text", e);
    }
  }

  private static byte[] readBytes(DataInputStream in, int lengthMax) throws IOException {
    int length = in.readInt();
    expect(length >= 0 && length <= lengthMax, "it has a part of " + length + " bytes");
    byte[] bytes = in.readNBytes(length);
    expect(bytes.length == length, "it ends too early");
    return bytes;
  }

  private static void expect(boolean condition, String otherwise) {
    if (!condition) {
      throw new StateException("not a model file, or a broken one: " + otherwise);
    }
  }
}
