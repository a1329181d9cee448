# From nothing to a server that every strict client trusts: a root, an authority for servers below it, and a certificate for
# an OpenBao (or Vault) on this machine.
#
#   tofu init && tofu apply
#   bao server -config=openbao.hcl          # tls_cert_file and tls_key_file are the two files of the certificate
#
# A later apply renews the certificate in time and sends SIGHUP to the server, which serves the new one without a restart.

terraform {
  required_providers {
    secretzero = { source = "secretzero/secretzero" }
  }
}

provider "secretzero" {}

variable "directory" {
  description = "Where keys and certificates are kept."
  type        = string
  default     = "trust"
}

variable "server_validity_hours" {
  description = "How long the certificate of the server is valid. Another length has it issued anew."
  type        = number
  default     = 30 * 24
}

resource "secretzero_certificate_authority" "root" {
  subject          = { common_name = "Home root" }
  key              = { file = "${var.directory}/root.key" }
  path_length      = 1
  certificate_file = { path = "${var.directory}/root.pem" }
}

resource "secretzero_certificate_authority" "servers" {
  subject               = { common_name = "Home servers" }
  parent                = secretzero_certificate_authority.root.issuer
  key                   = { file = "${var.directory}/servers.key" }
  path_length           = 0
  validity_period_hours = 5 * 365 * 24
}

resource "secretzero_certificate" "openbao" {
  issuer                = secretzero_certificate_authority.servers.issuer
  dns_names             = ["localhost"]
  ip_addresses          = ["127.0.0.1"]
  validity_period_hours = var.server_validity_hours
  key                   = { file = "${var.directory}/openbao.key" }
  certificate_file      = { path = "${var.directory}/openbao.pem" }
  on_change             = { pid_file = "${var.directory}/openbao.pid" }
}

output "serial_number" {
  value = secretzero_certificate.openbao.serial_number
}
