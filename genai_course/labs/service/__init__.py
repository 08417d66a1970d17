"""A trained model as a small service: a release in a folder, an app with limits, a server on this machine only, its watch.

Names are loaded when first used: a server that writes with NumPy alone never loads TensorFlow.
"""

from genai_course.lazy import lazy_names

PUBLIC_NAMES = {
    "KINDS": "malformed",
    "Client": "limits",
    "Connection": "client",
    "Limits": "limits",
    "Server": "serve",
    "NeuralLanguageModel": "neural_language_model",
    "ask": "client",
    "fuzz": "malformed",
    "count_in_bins": "drift",
    "create_app": "app",
    "encode": "neural_language_model",
    "inner_edges": "drift",
    "judge_prompt": "limits",
    "load_release": "release",
    "measure_load": "load",
    "network": "neural_language_model",
    "percentile": "load",
    "pieces_of": "neural_language_model",
    "population_stability": "drift",
    "null_distribution": "drift",
    "save_release": "release",
    "start": "serve",
    "take_token": "limits",
    "simulated_users": None,
    "windows": "neural_language_model",
    "write_app": "export",
}

__all__ = sorted(PUBLIC_NAMES)
__getattr__, __dir__ = lazy_names(__name__, PUBLIC_NAMES)
