resource "secretzero_kv_secret_v2" "app" {
  mount    = "kvv2"
  name     = "app/config"
  generate = { password = {} }
}

# Read in the same apply, once the secret is there.
ephemeral "secretzero_kv_secret_v2" "app" {
  mount = secretzero_kv_secret_v2.app.mount
  name  = secretzero_kv_secret_v2.app.name
  after = secretzero_kv_secret_v2.app.id
}

provider "postgresql" {
  password = ephemeral.secretzero_kv_secret_v2.app.data.password
}
