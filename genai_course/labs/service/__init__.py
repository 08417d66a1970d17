"""A trained model as a small service: a release in a folder, an app with limits, a server on this machine only, its watch.

Names are loaded when first used: a server that writes with NumPy alone never loads TensorFlow.
"""

from genai_course.lazy import lazy_names

PUBLIC_NAMES = {
    "malformed": "KINDS fuzz",
    "limits": "Client Limits judge_prompt take_token",
    "client": "Connection ask",
    "serve": "Server start",
    "neural_language_model": "NeuralLanguageModel encode network pieces_of windows",
    "drift": "count_in_bins inner_edges population_stability null_distribution",
    "app": "create_app",
    "release": "load_release save_release",
    "load": "measure_load percentile",
    "export": "write_app",
    "": "simulated_users",
}

__getattr__, __dir__ = lazy_names(__name__, PUBLIC_NAMES)
__all__ = __dir__()
