"""What a teacher needs: assignments for nbgrader."""
