# What is on the server. It needs the operator, so the module depends on it; and since that would put off all its data sources
# whenever something above changes, it has none: only resources, functions, and ephemerals that wait for `ready`.

terraform {
  required_providers {
    secretzero = { source = "secretzero/secretzero" }
  }
}

variable "ready" {
  description = "Anything that is known only when the server is unsealed and the operator can log in."
}

resource "secretzero_policy" "reader" {
  name   = "reader"
  policy = <<-END
    path "secret/data/*" {
      capabilities = ["read"]
    }
  END
}

resource "secretzero_mount" "secret" {
  path = "secret"
  type = "kv-v2"
  # Without this, destroying it would be refused as long as there are secrets in it.
  allow_data_loss = true
}

# The server alone knows this password: it is made there, and neither a state nor a plan has it.
resource "secretzero_kv_secret_v2" "app" {
  mount               = secretzero_mount.secret.path
  name                = "app/config"
  generate            = { password = { length = 32 } }
  delete_all_versions = true
}

# Read as it is needed, in the same apply, and handed on to what takes it without storing it.
ephemeral "secretzero_kv_secret_v2" "app" {
  mount = secretzero_kv_secret_v2.app.mount
  name  = secretzero_kv_secret_v2.app.name
  after = [var.ready, secretzero_kv_secret_v2.app.id]
}

resource "secretzero_kv_secret_v2" "copy" {
  mount                = secretzero_mount.secret.path
  name                 = "app/copy"
  data_json_wo         = jsonencode({ password = ephemeral.secretzero_kv_secret_v2.app.data.password })
  data_json_wo_version = 1
  delete_all_versions  = true
}
