resource "secretzero_unseal" "this" {
  keys = secretzero_init.this.keys

  # A restart in the same apply is followed by an unsealing.
  triggers = { start = terraform_data.start.id }
}

# What needs the server depends on this.
output "ready" {
  value = secretzero_unseal.this.ready
}
