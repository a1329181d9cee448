import {
  to = secretzero_approle_auth_backend_role.ci
  identity = {
    backend   = "approle"
    role_name = "ci"
  }
}
