import {
  to = secretzero_auth_backend.approle
  identity = {
    path = "approle"
  }
}
