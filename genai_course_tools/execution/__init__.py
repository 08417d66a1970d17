"""Notebooks executed side by side: papermill runs, nbval's comparison, sweeps."""
