resource "secretzero_mount" "kv" {
  path    = "kvv2"
  type    = "kv"
  options = { version = "2" }
}

resource "secretzero_kv_secret_backend_v2" "kv" {
  mount                = secretzero_mount.kv.path
  max_versions         = 5
  cas_required         = true
  delete_version_after = "8760h"
}
