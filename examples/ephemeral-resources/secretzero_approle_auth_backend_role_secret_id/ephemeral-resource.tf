ephemeral "secretzero_approle_auth_backend_role_secret_id" "ci" {
  role_name = "ci"
  num_uses  = 1
  ttl       = "10m"
  after     = secretzero_approle_auth_backend_role.ci.id
}

provider "secretzero" {
  alias   = "ci"
  address = "https://vault.home.arpa:8200"

  auth_login_approle = {
    role_id   = secretzero_approle_auth_backend_role.ci.role_id
    secret_id = ephemeral.secretzero_approle_auth_backend_role_secret_id.ci.secret_id
  }
}
