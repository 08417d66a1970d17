"""What one lesson works in: a service, a store of records, a human study, a scorecard, adversarial games and others."""
