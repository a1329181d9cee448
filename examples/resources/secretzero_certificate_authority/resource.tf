# A root that stays offline, and below it an authority for the servers of the house.
resource "secretzero_certificate_authority" "root" {
  subject          = { common_name = "Home root", organization = ["Home"] }
  key              = { file = "pki/root.key" }
  key_algorithm    = "ecdsa-p384"
  path_length      = 1
  certificate_file = { path = "pki/root.pem" }
}

resource "secretzero_certificate_authority" "servers" {
  subject               = { common_name = "Home servers", organization = ["Home"] }
  parent                = secretzero_certificate_authority.root.issuer
  key                   = { file = "pki/servers.key" }
  path_length           = 0
  permitted             = { dns = ["home.arpa", "localhost"], ip = ["192.168.0.0/16", "127.0.0.0/8"] }
  validity_period_hours = 5 * 365 * 24
}

# An authority for clients: every machine that may read the secret can sign with its key.
resource "secretzero_certificate_authority" "clients" {
  subject     = { common_name = "Home clients", organization = ["Home"] }
  parent      = secretzero_certificate_authority.root.issuer
  key         = { vault_kv = { mount = "kv", path = "pki/clients", field = "private_key" } }
  path_length = 0
}
