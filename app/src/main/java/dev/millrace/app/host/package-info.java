/**
 * Pipelines that a process runs, which can be stopped, changed and started again while it lives.
 * Knows nothing of consoles and of HTTP.
 */
package dev.millrace.app.host;
