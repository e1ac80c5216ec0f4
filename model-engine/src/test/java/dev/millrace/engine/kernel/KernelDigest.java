package dev.millrace.engine.kernel;

/**
 * A program that prints which kernels run in this JVM, and a digest of what they compute. Its
 * argument is a {@link KernelChoice.Mode}.
 */
final class KernelDigest {
  private KernelDigest() {}

  public static void main(String[] arguments) {
    KernelChoice choice;
    try {
      choice = KernelChoice.select(KernelChoice.Mode.valueOf(arguments[0]));
    } catch (IllegalStateException e) {
      System.out.println(e.getMessage());
      return;
    }
    System.out.println(choice.reason());
    System.out.println(digest(choice.kernels()));
  }

  static String digest(Kernels kernels) {
    long digest = 0;
    for (int outputs = 1; outputs <= 67; outputs += 6) {
      for (int rows : new int[] {1, 5, 33}) {
        KernelCase shape = new KernelCase(68 - outputs, outputs, rows, 16, rows == 5);
        digest = 31 * digest + shape.digest(kernels);
      }
    }
    for (int length = 0; length <= 67; length++) {
      digest = 31 * digest + new UpdatesCase(length, 17, false).digest(kernels.updates());
      digest = 31 * digest + new UpdatesCase(length, 18, true).digest(kernels.updates());
    }
    return Long.toHexString(31 * digest + MatrixKernelCase.digest(kernels.matrices()));
  }
}
