ephemeral "secretzero_token" "deploy" {
  role_name = "cronjobs"
  policies  = ["rotate"]
  ttl       = "10m"
  after     = secretzero_token_auth_backend_role.cronjobs.id
}

provider "secretzero" {
  alias   = "deploy"
  address = "https://vault.home.arpa:8200"
  token   = ephemeral.secretzero_token.deploy.client_token
}
