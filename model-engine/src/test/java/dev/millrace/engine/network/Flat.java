package dev.millrace.engine.network;

import dev.millrace.engine.params.Tensor;
import java.util.Arrays;

/** All parameters of a network one tensor behind the other, each row-major, without gaps. */
final class Flat {
  private Flat() {}

  static float[] copyOf(Network network) {
    float[] all = new float[(int) network.layout().size()];
    int at = 0;
    for (Tensor tensor : network.layout().tensors()) {
      float[] copy = network.layout().copyOf(tensor.name(), network.parameters());
      System.arraycopy(copy, 0, all, at, copy.length);
      at += copy.length;
    }
    return all;
  }

  static void set(Network network, float[] all) {
    int at = 0;
    for (Tensor tensor : network.layout().tensors()) {
      float[] values = Arrays.copyOfRange(all, at, at + tensor.size());
      network.layout().set(tensor.name(), values, network.parameters());
      at += values.length;
    }
  }
}
