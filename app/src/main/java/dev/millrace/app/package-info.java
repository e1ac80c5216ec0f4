/** Millrace's program: what {@code ./millrace} starts. */
package dev.millrace.app;
