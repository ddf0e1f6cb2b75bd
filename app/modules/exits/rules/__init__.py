"""Pure rules of an exit: states, what worsens for a customer, what becomes of a holding, the scorecard."""
