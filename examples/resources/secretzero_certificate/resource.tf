# For the server that vault.home.arpa is. A renewal is served without a restart.
resource "secretzero_certificate" "vault" {
  issuer           = secretzero_certificate_authority.servers.issuer
  dns_names        = ["vault.home.arpa", "localhost"]
  ip_addresses     = ["192.168.86.9", "127.0.0.1"]
  key              = { file = "/etc/vault.d/tls/server.key", owner = "vault", group = "vault" }
  certificate_file = { path = "/etc/vault.d/tls/server.pem", owner = "vault", group = "vault" }
  on_change        = { systemd_unit = "vault.service" }
}

# One for each host, with the names and addresses by which it is reached, and a new key at each renewal.
resource "secretzero_certificate" "host" {
  for_each           = { moria = "192.168.86.9", manwe = "192.168.86.10" }
  issuer             = secretzero_certificate_authority.servers.issuer
  dns_names          = [each.key, "${each.key}.local"]
  ip_addresses       = [each.value, "127.0.0.1"]
  key                = { file = "/srv/tls/${each.key}.key" }
  certificate_file   = { path = "/srv/tls/${each.key}.pem" }
  new_key_on_renewal = true
}

# For a key that never leaves its machine: only the request comes here.
resource "secretzero_certificate" "laptop" {
  issuer  = secretzero_certificate_authority.servers.issuer
  profile = "client"
  csr_pem = file("laptop.csr")
}
