"""From a lesson's source to notebooks that are built, run and validated."""

import sys

# nbformat imports jsonschema, which would compile a grammar of internationalised web addresses: 1.7 s in each process, for a
# format that no notebook has. To jsonschema the package is one that was not installed.
sys.modules.setdefault("rfc3987_syntax", None)
