package dev.millrace.engine.kernel;

/**
 * Which kernels run, and why.
 *
 * @param reason a sentence for people: {@code vector kernels, 512 bits}
 */
public record KernelChoice(Kernels kernels, String reason) {
  /** What may be asked for. */
  public enum Mode {
    /** Vectors where this JVM has them. */
    AUTO,
    PLAIN,
    VECTOR
  }

  private static final String MODULE = "jdk.incubator.vector";

  /**
   * The kernels for this JVM.
   *
   * @throws IllegalStateException if vectors are demanded and this JVM has none
   */
  public static KernelChoice select(Mode mode) {
    if (mode == Mode.PLAIN) {
      return new KernelChoice(new PlainKernels(), "plain kernels: asked for");
    }
    String obstacle = obstacle();
    if (obstacle == null) {
      String reason = "vector kernels, " + VectorKernels.bits() + " bits";
      return new KernelChoice(new VectorKernels(), reason);
    }
    if (mode == Mode.VECTOR) {
      throw new IllegalStateException("no vector kernels: " + obstacle);
    }
    return new KernelChoice(new PlainKernels(), "plain kernels: " + obstacle);
  }

  /** Why vectors cannot be had, or null. Without their module, VectorKernels must not be loaded. */
  private static String obstacle() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return "module " + MODULE + " is absent; start Java with --add-modules " + MODULE;
    }
    if (!VectorKernels.supported()) {
      return "this machine prefers vectors of "
          + VectorKernels.bits()
          + " bits, and scratch is for 512; start Java with -XX:MaxVectorSize=64";
    }
    return null;
  }
}
