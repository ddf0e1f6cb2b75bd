"""The desk of operators and auditors: incidents, the audit trail, the doctor."""
