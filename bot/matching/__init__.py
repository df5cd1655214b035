"""Finding what is asked: free text to answer ids. See `matcher.py` for the stages."""
