resource "secretzero_approle_auth_backend_role" "ci" {
  backend            = secretzero_auth_backend.approle.path
  role_name          = "ci"
  secret_id_num_uses = 1
  secret_id_ttl      = "10m"
  token_policies     = ["ci"]
  token_ttl          = "20m"
  token_max_ttl      = "1h"
}
