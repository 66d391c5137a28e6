"""Quick-start pipelines of other frameworks, asked the same questions over the same course and models."""
