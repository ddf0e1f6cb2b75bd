"""States of a questionnaire, what a right answer is, and what answers say together."""
