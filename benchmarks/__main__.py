"""All benchmarks: ``python -m benchmarks``."""

from benchmarks.quality import main

if __name__ == "__main__":
    main()
