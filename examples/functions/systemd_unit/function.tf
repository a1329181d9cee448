# For a machine that is set up by cloud-init.
locals {
  files = {
    "/etc/systemd/system/vault.service" = provider::secretzero::systemd_unit({
      product = "vault"
      server  = { profile = "binary" }
    })
    "/etc/systemd/system/vault-unseal.service" = provider::secretzero::systemd_unit({
      product = "vault"
      unseal  = { addresses = ["https://127.0.0.1:8200"], ca_cert_file = "/etc/vault.d/ca.pem", keys_files = ["/etc/vault.d/keys.json"] }
    })
  }
}
