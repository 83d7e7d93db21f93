"""Where is a place, what is it part of, and how far is it from another?"""
