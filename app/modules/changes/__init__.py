"""Change requests 产品变更申请: proposals, reviews, decisions, pilots and rollouts."""
