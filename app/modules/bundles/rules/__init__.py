"""Pure rules of bundles: what they hold, where they contradict themselves, what they cost, and their states."""
