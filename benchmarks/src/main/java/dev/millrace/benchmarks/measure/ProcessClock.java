package dev.millrace.benchmarks.measure;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.LongSupplier;

/**
 * The processor time of this process, all threads together, in nanoseconds: POSIX' {@code
 * clock_gettime(CLOCK_PROCESS_CPUTIME_ID)}. For a process that is kept on one core it is what a
 * clock on the wall would show if the machine had nothing else to do; helpers, compilers and
 * collectors count, other people's work does not. Java's own method has steps of 10 ms.
 */
public final class ProcessClock implements LongSupplier {
  private static final int PROCESS_CPUTIME_ID = 2;
  private static final MethodHandle CLOCK_GETTIME = clockGettime();

  private final MemorySegment timespec = Arena.ofAuto().allocate(JAVA_LONG, 2);

  private ProcessClock() {}

  /** This process' clock; the clock on the wall where the system has no such thing. */
  public static LongSupplier here() {
    return System.getProperty("os.name").equals("Linux") ? new ProcessClock() : System::nanoTime;
  }

  @SuppressWarnings("restricted") // that call is what the class is for
  private static MethodHandle clockGettime() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("clock_gettime"),
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  }

  @Override
  public long getAsLong() {
    int status;
    try {
      status = (int) CLOCK_GETTIME.invokeExact(PROCESS_CPUTIME_ID, timespec);
    } catch (Throwable e) {
      throw new IllegalStateException("clock_gettime cannot be called", e);
    }
    if (status != 0) {
      throw new IllegalStateException("clock_gettime failed, status=" + status);
    }
    return timespec.getAtIndex(JAVA_LONG, 0) * 1_000_000_000L + timespec.getAtIndex(JAVA_LONG, 1);
  }
}
