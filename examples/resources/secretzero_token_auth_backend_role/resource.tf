resource "secretzero_token_auth_backend_role" "cronjobs" {
  role_name        = "cronjobs"
  allowed_policies = ["rotate"]
  orphan           = true
  token_period     = "24h"
}
