package dev.millrace.topology.serve;

/** Who is told how models come and go; called by the thread that follows them. */
public interface ServeListener {
  /** A model is served from now on, in place of the one before of its partition. */
  void serves(ServedModel model);

  /** A copy could not be used; what was served before still is. */
  void broken(String model, String why);
}
