"""Market research 市场调研 for a product: questionnaires and their answers, interviews, competitors, trends."""
