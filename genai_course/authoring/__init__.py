"""From a lesson's source to notebooks that are built, run and validated."""
