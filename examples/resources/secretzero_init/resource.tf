resource "secretzero_init" "this" {
  keys      = { file = "keys/cluster-keys.json" }
  shares    = 5
  threshold = 3

  depends_on = [terraform_data.start] # waits until the server listens
}

# Or on a server that runs already, with the root token in a file that keys_file of the provider block names.
resource "secretzero_init" "elsewhere" {
  keys = {
    vault_kv = {
      address      = "https://vault.home.arpa:8200"
      ca_cert_file = "pki/ca.pem"
      token_file   = "keys/keeper.token"
      mount        = "kv"
      path         = "clusters/second"
    }
  }
  root_token = { file = "keys/root-token.json" }

  depends_on = [terraform_data.start]
}

# Or encrypted for their holders, who unseal the server together.
resource "secretzero_init" "held" {
  keys       = { file = "keys/encrypted-shares.json" }
  root_token = { file = "keys/root-token.json" }
  pgp_keys   = [file("holders/ada.asc"), file("holders/bob.asc"), file("holders/eve.asc")]
  shares     = 3
  threshold  = 2

  depends_on = [terraform_data.start]
}
