"""What a learner's commands do: own copies, progress, doctor, reset."""
