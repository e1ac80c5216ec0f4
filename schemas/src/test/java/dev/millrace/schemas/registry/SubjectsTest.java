package dev.millrace.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SubjectsTest {
  @Test
  void shouldFindTheTopicOfASubjectAgain() {
    assertThat(Subjects.topic(Subjects.value("rides"))).contains("rides");
    assertThat(Subjects.topic("a-value-value")).contains("a-value");
  }

  @Test
  void shouldFindNoTopicInANameOfAnotherStrategy() {
    assertThat(Subjects.topic("com.acme.Ride")).isEmpty();
    assertThat(Subjects.topic("rides-key")).isEmpty();
    assertThat(Subjects.topic("-value")).isEmpty();
  }
}
