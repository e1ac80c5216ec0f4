/** What is under {@code docker/}, checked as far as it can be without containers. */
package dev.millrace.app.deployment;
