/** DL4J as a peer: a multi-layer network on ND4J's native backend. */
package dev.millrace.benchmarks.dl4j;
