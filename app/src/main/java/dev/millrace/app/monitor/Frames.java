package dev.millrace.app.monitor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Hands frames on to who watches. Each watcher has a short queue of its own; one that is slower
 * than the frames misses the oldest, and holds nobody up.
 */
public final class Frames {
  private static final int QUEUE_MAX = 8;

  private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();

  void publish(Frame frame) {
    subscriptions.forEach(subscription -> subscription.offer(frame));
  }

  /** Frames from now on, until it is closed. */
  public Subscription subscribe() {
    Subscription subscription = new Subscription();
    subscriptions.add(subscription);
    return subscription;
  }

  /** One watcher's frames. */
  public final class Subscription implements AutoCloseable {
    private final BlockingQueue<Frame> queue = new ArrayBlockingQueue<>(QUEUE_MAX);

    private Subscription() {}

    private void offer(Frame frame) {
      while (!queue.offer(frame)) {
        queue.poll();
      }
    }

    /** The next frame; empty if none comes in time. */
    public Optional<Frame> next(Duration patience) throws InterruptedException {
      return Optional.ofNullable(queue.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
    }

    @Override
    public void close() {
      subscriptions.remove(this);
    }
  }
}
