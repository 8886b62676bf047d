"""The style guide: every component from sample data, for whoever changes how something looks.

Only in development (`DEBUG`). The samples are made in memory; nothing here reads the database.
"""
