/** TensorFlow Java as a peer: a graph, built once, whose steps are runs of a session. */
package dev.millrace.benchmarks.tensorflow;
