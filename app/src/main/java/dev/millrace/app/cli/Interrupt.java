package dev.millrace.app.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C or SIGTERM as a condition to wait for. The process ends only when this is closed, so
 * whatever was opened after it is closed in good order first; declare it before all else.
 */
public final class Interrupt implements AutoCloseable {
  private static final long CLOSE_SECONDS_MAX = 90;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onShutdown, "millrace-interrupt");

  public Interrupt() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether this process is on its way down, be it for Ctrl-C or SIGTERM. */
  public static boolean underWay() {
    Thread probe = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(probe);
      Runtime.getRuntime().removeShutdownHook(probe);
      return false;
    } catch (IllegalStateException e) { // the only sign of it that the JDK gives
      return true;
    }
  }

  private void onShutdown() {
    asked.countDown();
    try {
      if (!closed.await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        System.err.println("millrace: did not stop within " + CLOSE_SECONDS_MAX + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the user has asked to stop. */
  public boolean asked() {
    return asked.getCount() == 0;
  }

  /** Waits until the user asks to stop. */
  public void await() throws InterruptedException {
    asked.await();
  }

  /** Waits until the user asks to stop, at most so long; true if they did. */
  public boolean await(long milliseconds) throws InterruptedException {
    return asked.await(milliseconds, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    closed.countDown();
    if (!asked()) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
