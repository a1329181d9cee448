data "secretzero_server_status" "this" {
  after = secretzero_unseal.this.ready
}

check "server" {
  assert {
    condition     = data.secretzero_server_status.this.active
    error_message = "The server at ${data.secretzero_server_status.this.address} does not work."
  }
}
