terraform {
  required_providers {
    example = {
      source = "secretzero/example"
    }
  }
}

provider "example" {
  directory = "notes.d"
  server = {
    address      = "https://127.0.0.1:8200"
    ca_cert_file = "ca.pem"
    token_file   = "token"
  }
}
