data "secretzero_policy_document" "ops" {
  source_documents = [data.secretzero_policy_document.base.json]

  rule {
    path         = "auth/kubernetes/role/app"
    description  = "Its own role, within limits."
    capabilities = ["create", "update"]
    allowed_parameter {
      key   = "bound_service_account_names"
      value = ["app"]
    }
    allowed_parameter {
      key   = "token_policies"
      value = ["app"]
    }
  }
}

data "secretzero_policy_document" "base" {
  rule {
    path         = "kvv2/data/app/*"
    capabilities = ["create", "read", "update", "delete"]
  }
}

resource "secretzero_policy" "ops" {
  name   = "app-ops"
  policy = data.secretzero_policy_document.ops.hcl
}
