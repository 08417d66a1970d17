"""The machinery around the course: the command line, and what builds, runs, publishes and grades lessons.

It imports ``genai_course``, the package that lessons import; never the other way round.
"""

import sys

# nbformat imports jsonschema, which would compile a grammar of internationalised web addresses: 1.7 s in each process, for a
# format that no notebook has. To jsonschema the package is one that was not installed.
sys.modules.setdefault("rfc3987_syntax", None)
