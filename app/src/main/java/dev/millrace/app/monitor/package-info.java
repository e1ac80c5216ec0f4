/**
 * What a process knows of the pipelines that it runs: the figures that they have committed, read
 * from their topics as any user would, and what can be seen of them from within. Knows nothing of
 * HTTP.
 */
package dev.millrace.app.monitor;
