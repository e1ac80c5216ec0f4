/**
 * The HTTP face of a process: its page, its metrics for scrapers, and the administration of its
 * pipelines. Shows what {@code monitor} has gathered; knows nothing of how it was gathered.
 */
package dev.millrace.app.web;
