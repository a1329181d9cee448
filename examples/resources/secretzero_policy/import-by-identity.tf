import {
  to = secretzero_policy.team
  identity = {
    name = "team"
  }
}
