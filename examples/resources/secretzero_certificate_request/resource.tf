# With a key of its own, for an authority that takes files.
resource "secretzero_certificate_request" "printer" {
  subject       = { common_name = "printer", organization = ["Home"] }
  dns_names     = ["printer.home.arpa"]
  ip_addresses  = ["192.168.86.20"]
  key_algorithm = "rsa2048"
  key           = { file = "printer/printer.key" }
  csr_file      = { path = "printer/printer.csr" }
}

# With a key that is there by itself, so that a second request is for the same one.
resource "secretzero_private_key" "mail" {
  key = { file = "mail/mail.key" }
}

resource "secretzero_certificate_request" "mail" {
  dns_names   = ["mail.example.org"]
  private_key = secretzero_private_key.mail.reference
}

output "mail_csr" {
  value = secretzero_certificate_request.mail.csr_pem
}
