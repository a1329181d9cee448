# On Vault. OpenBao has its devices in the settings of secretzero_server_config.
resource "secretzero_audit" "file" {
  type    = "file"
  options = { file_path = "/var/log/vault/audit.log" }
}
