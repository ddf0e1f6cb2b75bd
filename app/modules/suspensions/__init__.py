"""Emergency suspension 紧急暂停销售: ratified, remedied, resumed by two persons or handed over to exit (rule 12)."""
