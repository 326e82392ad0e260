package io.postern.auth.arc;

import java.util.List;

public record ArcResult(ArcVerdict verdict, List<ArcSet> sets, List<String> steps) {}
