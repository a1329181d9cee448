terraform {
  required_providers {
    secretzero = { source = "secretzero/secretzero" }
  }
}

# Literals only. The files may be written by this very apply: each is read when a request needs it.
provider "secretzero" {
  address      = "https://vault.home.arpa:8200"
  ca_cert_file = "pki/root.pem"

  # What initialising wrote. Its root token is used until the files below are there.
  keys_file = "keys/cluster-keys.json"
  auth_login_approle = {
    mount          = "operator"
    role_id_file   = "keys/operator.role_id"
    secret_id_file = "keys/operator.secret_id"
  }
}
