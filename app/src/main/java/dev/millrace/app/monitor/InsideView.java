package dev.millrace.app.monitor;

import dev.millrace.engine.feature.FeatureStatistics;
import dev.millrace.engine.metric.ClassView;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What can be seen of a model only from within the instance that learns it.
 *
 * @param stateBytes of the model and its figures as they are stored
 * @param importance by feature, the mean size of its attributions of late; none where predictions
 *     carry no attributions
 * @param classes names, in the order of the label's; none in a regression
 * @param classView of late; empty in a regression
 */
public record InsideView(
    long stateBytes,
    List<FeatureStatistics> features,
    Map<String, Double> importance,
    List<String> classes,
    Optional<ClassView> classView) {}
