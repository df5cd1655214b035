"""Finding what is asked: free text to answer ids. See `matcher.py` for the stages."""

import os

# Read by numpy when it loads. The products here are small: waiting for other threads takes longer than they save.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
