"""How the course trains each of its models, once: the zoo, the scorecard, the benchmarks and the lessons ask here."""
