/** What becomes of events that cannot be used, and of errors that stop a thread. */
package dev.millrace.topology.error;
