resource "secretzero_operator" "this" {
  role_id_file   = "keys/operator.role_id"
  secret_id_file = "keys/operator.secret_id"
  depends_on     = [secretzero_unseal.this]
}

# What is on the server comes after it.
resource "secretzero_policy" "team" {
  name       = "team"
  policy     = file("policies/team.hcl")
  depends_on = [secretzero_operator.this]
}

# Or with a client certificate, which the provider block names as client_cert_file and client_key_file.
resource "secretzero_operator" "by_certificate" {
  client_cert_file = "keys/operator.pem"
  depends_on       = [secretzero_unseal.this]
}
