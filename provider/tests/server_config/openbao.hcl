api_addr = "https://vault.home.arpa:8200"
cluster_addr = "https://vault.home.arpa:8201"
cluster_name = "home"
ui = true
log_level = "info"
log_format = "json"
log_file = "/var/log/vault/vault.log"
pid_file = "/run/vault/vault.pid"
default_lease_ttl = "768h"
max_lease_ttl = "3600"
plugin_directory = "/usr/local/lib/vault"

storage "raft" {
  path = "/var/lib/vault"
  node_id = "a"
  performance_multiplier = 1
  retry_join {
    leader_api_addr = "https://b.home.arpa:8200"
    leader_ca_cert_file = "/tls/ca.pem"
    leader_client_cert_file = "/tls/a.pem"
    leader_client_key_file = "/tls/a.key"
    leader_tls_servername = "b"
  }
  retry_join {
    leader_api_addr = "https://c.home.arpa:8200"
  }
}

listener "tcp" {
  address = "0.0.0.0:8200"
  cluster_address = "0.0.0.0:8201"
  tls_cert_file = "/tls/a.pem"
  tls_key_file = "/tls/a.key"
  tls_client_ca_file = "/tls/ca.pem"
  tls_min_version = "tls13"
  tls_require_and_verify_client_cert = true
  x_forwarded_for_authorized_addrs = ["10.0.0.0/8", "127.0.0.1"]
  max_request_size = 1048576
  max_request_duration = "30s"
  telemetry {
    unauthenticated_metrics_access = true
  }
}

listener "tcp" {
  address = "127.0.0.1:8210"
  tls_disable = true
}

listener "unix" {
  address = "/run/vault/api.sock"
  tls_disable = true
  socket_mode = "0660"
  socket_user = "vault"
  socket_group = "vault"
}

telemetry {
  prometheus_retention_time = "24h"
  disable_hostname = true
  enable_hostname_label = false
  metrics_prefix = "home"
  usage_gauge_period = "10m"
  maximum_gauge_cardinality = 500
  statsite_address = "127.0.0.1:1"
  statsd_address = "127.0.0.1:2"
  dogstatsd_addr = "127.0.0.1:3"
  dogstatsd_tags = ["a:b"]
  filter_default = true
  prefix_filter = ["+vault.token", "-vault.expire"]
}

seal "transit" {
  address = "https://other.home.arpa:8200"
  token = "file:///etc/vault.d/seal.token"
  disable_renewal = "true"
  key_name = "unseal"
  mount_path = "transit/"
  namespace = "ns1/"
  tls_ca_cert = "/tls/ca.pem"
  tls_client_cert = "/tls/a.pem"
  tls_client_key = "/tls/a.key"
  tls_server_name = "other"
}

audit "file" "file" {
  description = "what happened"
  options {
    file_path = "/var/log/audit.log"
    mode = "0600"
  }
}

audit "syslog" "raw" {
  options {
    log_raw = "true"
  }
}

user_lockout "all" {
  disable_lockout = true
}
