# The program was brought to the plugin directory of the server before.
resource "secretzero_plugin" "engine" {
  type    = "secret"
  name    = "engine"
  version = "1.2.0"
  command = "vault-plugin-secrets-engine-1.2.0"
  file    = "${path.module}/vault-plugin-secrets-engine-1.2.0"

  lifecycle {
    # The new version is there before mounts change over, and the old one goes afterwards.
    create_before_destroy = true
  }
}

resource "secretzero_mount" "engine" {
  path           = "engine"
  type           = secretzero_plugin.engine.name
  plugin_version = secretzero_plugin.engine.registered_version
}
