package dev.millrace.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.avro.Schema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MillraceSchemasTest {

  @ParameterizedTest
  @MethodSource("dev.millrace.schemas.MillraceSchemas#all")
  void shouldExplainEveryFieldAndStandInOurNamespace(Schema schema) {
    assertThat(schema.getNamespace()).isEqualTo("dev.millrace");
    assertThat(schema.getDoc()).isNotBlank();
    for (Schema.Field field : schema.getFields()) {
      assertThat(field.doc()).as("doc of %s.%s", schema.getName(), field.name()).isNotBlank();
      if (field.schema().getType() == Schema.Type.RECORD) {
        shouldExplainEveryFieldAndStandInOurNamespace(field.schema());
      }
    }
  }
}
