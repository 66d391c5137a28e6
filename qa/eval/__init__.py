"""Measures retrieval, reader and answers, here and of other systems; offline, the same numbers twice."""
