package dev.millrace.engine.state;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256. */
public final class Digest {
  private final MessageDigest sha256 = newSha256();

  /** A fresh SHA-256, as the platform's own streams take it. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must have SHA-256", e);
    }
  }

  /** The digest of the bytes. */
  public static byte[] sha256(byte[] bytes) {
    return newSha256().digest(bytes);
  }

  /** Lower-case hexadecimal. */
  public static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  public Digest update(byte[] bytes) {
    sha256.update(bytes);
    return this;
  }

  public Digest update(String text) {
    return update(text.getBytes(StandardCharsets.UTF_8));
  }

  public byte[] value() {
    return sha256.digest();
  }
}
