resource "secretzero_mount" "secrets" {
  path        = "secrets"
  type        = "kv-v2"
  description = "Secrets of the applications"
}

resource "secretzero_mount" "transit" {
  path                      = "transit"
  type                      = "transit"
  default_lease_ttl_seconds = "1h"
  max_lease_ttl_seconds     = "24h"
}
