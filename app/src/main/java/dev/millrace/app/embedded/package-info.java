/**
 * A real Kafka broker and a small schema registry inside this process, for the demo, for trying
 * things and for tests. Knows nothing of pipelines; binds to the loopback address only.
 */
package dev.millrace.app.embedded;
