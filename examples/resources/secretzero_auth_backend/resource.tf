resource "secretzero_auth_backend" "approle" {
  type = "approle"

  tune {
    default_lease_ttl = "20m"
    max_lease_ttl     = "1h"
    token_type        = "service"
  }
}
