terraform import secretzero_approle_auth_backend_role.ci auth/approle/role/ci
