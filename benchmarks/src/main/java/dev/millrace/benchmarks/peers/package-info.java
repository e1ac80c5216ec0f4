/** Others that do the same work, in processes of their own; none of their classes is seen here. */
package dev.millrace.benchmarks.peers;
