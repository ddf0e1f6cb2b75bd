"""Product risk 产品风险: its environment, what is identified, measured, limited and transferred, and what remains."""
