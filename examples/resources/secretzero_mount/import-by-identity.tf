import {
  to = secretzero_mount.secrets
  identity = {
    path = "secrets"
  }
}
