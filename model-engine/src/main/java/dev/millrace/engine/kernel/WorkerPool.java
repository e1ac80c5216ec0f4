package dev.millrace.engine.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that wait for shares of a computation: briefly spinning, since the next share of a step
 * comes within microseconds, then parked. For one calling thread at a time.
 */
public final class WorkerPool implements Workers, AutoCloseable {
  private static final int SPINS = 20_000;

  private final Thread[] threads;
  private final AtomicInteger pending = new AtomicInteger();
  private volatile int round;
  private volatile boolean closed;
  private volatile Share share;
  private volatile Throwable failure;

  /**
   * Starts the threads, which are called {@code millrace-worker-1} and so on.
   *
   * @see #WorkerPool(int, String)
   */
  public WorkerPool(int count) {
    this(count, "millrace");
  }

  /**
   * Starts the threads, daemons called {@code <name>-worker-1} and so on.
   *
   * @param count the number of workers, the calling thread among them; at least 1
   */
  public WorkerPool(int count, String name) {
    if (count < 1) {
      throw new IllegalArgumentException("count must be at least 1, count=" + count);
    }
    threads = new Thread[count - 1];
    for (int i = 0; i < threads.length; i++) {
      int worker = i + 1;
      threads[i] =
          Thread.ofPlatform().daemon().name(name + "-worker-" + worker).start(() -> work(worker));
    }
  }

  @Override
  public int count() {
    return threads.length + 1;
  }

  /**
   * Runs the shares.
   *
   * @throws IllegalStateException if the pool is closed, or a worker's share fails
   */
  @Override
  public void run(Share work) {
    if (closed) {
      throw new IllegalStateException("the pool is closed, count=" + count());
    }
    if (threads.length == 0) {
      work.run(0);
      return;
    }
    share = work;
    pending.set(threads.length);
    round++;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
    work.run(0);
    for (int spins = 0; pending.get() > 0; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield(); // more threads than processors: let the workers have this one
      }
    }
    if (failure != null) {
      throw new IllegalStateException("a worker failed", failure);
    }
  }

  private void work(int worker) {
    int seen = 0;
    while (true) {
      int spins = 0;
      while (round == seen && !closed) {
        if (spins++ < SPINS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      if (closed) {
        return;
      }
      seen++;
      try {
        share.run(worker);
      } catch (Throwable e) {
        failure = e; // told to the caller, who waits for every share
      } finally {
        pending.decrementAndGet();
      }
    }
  }

  /** Ends the threads; from the calling thread, or once that has ended. */
  @Override
  public void close() {
    closed = true;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
  }
}
