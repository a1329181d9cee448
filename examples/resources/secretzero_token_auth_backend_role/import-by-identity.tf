import {
  to = secretzero_token_auth_backend_role.cronjobs
  identity = {
    role_name = "cronjobs"
  }
}
