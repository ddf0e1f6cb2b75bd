"""The desk of reviewers: the inbox, the task page, the case page."""
