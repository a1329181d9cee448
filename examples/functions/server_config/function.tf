# For a container, which gets its configuration in its environment.
locals {
  openbao = provider::secretzero::server_config({
    product      = "openbao"
    cluster_addr = "https://openbao:8201"
    storage      = { raft = { path = "/openbao/data" } }
    listener     = [{ address = "0.0.0.0:8200", tls_cert_file = "/tls/tls.crt", tls_key_file = "/tls/tls.key" }]
  })
}
