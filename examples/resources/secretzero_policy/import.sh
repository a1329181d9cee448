terraform import secretzero_policy.team team
