"""From a lesson's folder to its notebooks: reading, rules, freshness, and the harness of the checks."""
