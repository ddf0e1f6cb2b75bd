"""The approver's file for outside: on paper, for programs, and checked without the platform's database."""
