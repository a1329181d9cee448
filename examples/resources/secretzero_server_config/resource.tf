# OpenBao on one machine, with the units that run and unseal it.
resource "secretzero_server_config" "openbao" {
  directory = "/etc/openbao"
  owner     = "openbao"
  group     = "openbao"

  settings {
    product          = "openbao"
    api_addr         = "https://vault.home.arpa:8200"
    cluster_addr     = "https://vault.home.arpa:8201"
    ui               = true
    plugin_directory = "/usr/local/lib/openbao/plugins"

    storage {
      raft {
        path    = "/opt/openbao/data"
        node_id = "moria"
      }
    }
    listener {
      address       = "0.0.0.0:8200"
      tls_cert_file = secretzero_certificate.vault.certificate_file.path
      tls_key_file  = secretzero_certificate.vault.key.file
    }
    telemetry {
      prometheus_retention_time = "24h"
      disable_hostname          = true
    }
    audit {
      type    = "file"
      options = { file_path = "/var/log/openbao/audit.log" }
    }
  }

  systemd {
    server {}
    unseal {
      addresses    = ["https://vault.home.arpa:8200"]
      ca_cert_file = "/etc/ssl/home/ca.pem"
      keys_files   = ["/etc/openbao/keys/cluster-keys.json"]
    }
  }

  # Enough for certificates, the log level and audit devices. Everything else is read at a start.
  on_change = { systemd_unit = "openbao.service" }
}

# Started when the configuration is there, and anew when it has changed.
resource "terraform_data" "openbao" {
  triggers_replace = secretzero_server_config.openbao.revision

  provisioner "local-exec" {
    command = "systemctl daemon-reload && systemctl restart openbao.service"
  }
}

# Vault, unsealed by a key of Google Cloud. What has no attribute is written as the server reads it.
resource "secretzero_server_config" "vault" {
  directory = "/etc/vault.d"
  owner     = "vault"
  group     = "vault"

  settings {
    product      = "vault"
    cluster_addr = "https://192.168.86.9:8201"

    storage {
      raft {
        path = "/opt/vault/data"
      }
    }
    listener {
      address       = "0.0.0.0:8200"
      tls_cert_file = "/opt/vault/tls/vault.crt"
      tls_key_file  = "/opt/vault/tls/vault.key"
    }
    seal {
      gcpckms {
        project     = "home"
        region      = "global"
        key_ring    = "vault"
        crypto_key  = "unseal"
        credentials = "/etc/vault.d/gcp.json"
      }
    }
    extra = <<-EOT
      user_lockout "all" {
        lockout_threshold = "10"
      }
    EOT
  }
}
