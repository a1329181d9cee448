# From nothing to a running, unsealed and configured OpenBao (or Vault) in one apply, with root revoked.
#
#   tofu init && tofu apply -var program="$(command -v bao)"
#
# Everything is kept below var.directory. What must be kept safe there, and backed up: keys/cluster-keys.json, with the key
# shares, and pki/root.key. Destroying leaves these two, and nothing else.
#
# Here the apply starts the server itself, as a process of its own. Where systemd runs it, secretzero_server_config writes the
# units, and a `systemctl start` takes the place of the two provisioners.

terraform {
  required_providers {
    secretzero = { source = "secretzero/secretzero" }
  }
}

variable "directory" {
  description = "Where everything is kept."
  type        = string
  default     = "home"
}

variable "product" {
  description = "Which server it is: openbao or vault."
  type        = string
  default     = "openbao"
}

variable "program" {
  description = "The program of the server."
  type        = string
  default     = "bao"
}

variable "port" {
  description = "The port at which the server listens. The next one is for the other nodes of a cluster."
  type        = number
  default     = 8200
}

variable "server_validity_hours" {
  description = "How long the certificate of the server is valid. Another length has it issued anew."
  type        = number
  default     = 30 * 24
}

variable "log_level" {
  description = "What the server logs."
  type        = string
  default     = "info"
}

locals {
  # The server runs in another folder than the apply, so its configuration has absolute paths.
  home    = abspath(var.directory)
  address = "https://127.0.0.1:${var.port}"
}

# Nothing of this block is made by the apply but the files that it names, which are read when they are there.
provider "secretzero" {
  address      = local.address
  ca_cert_file = "${var.directory}/pki/root.pem"
  keys_file    = "${var.directory}/keys/cluster-keys.json"
  auth_login_approle = {
    mount          = "operator"
    role_id_file   = "${var.directory}/keys/operator.role_id"
    secret_id_file = "${var.directory}/keys/operator.secret_id"
  }
}

# Whom everybody trusts.

resource "secretzero_certificate_authority" "root" {
  subject          = { common_name = "Home root" }
  key              = { file = "${var.directory}/pki/root.key" }
  path_length      = 1
  certificate_file = { path = "${var.directory}/pki/root.pem" }
}

# What signs day by day, so that the key of the root can be kept elsewhere.
resource "secretzero_certificate_authority" "servers" {
  subject               = { common_name = "Home servers" }
  parent                = secretzero_certificate_authority.root.issuer
  key                   = { file = "${var.directory}/pki/servers.key" }
  path_length           = 0
  validity_period_hours = 5 * 365 * 24
  delete_on_destroy     = true
}

resource "secretzero_certificate" "server" {
  issuer                = secretzero_certificate_authority.servers.issuer
  dns_names             = ["localhost"]
  ip_addresses          = ["127.0.0.1"]
  validity_period_hours = var.server_validity_hours
  key                   = { file = "${var.directory}/pki/server.key" }
  certificate_file      = { path = "${var.directory}/pki/server.pem" }
  # A renewed certificate is served without a restart.
  on_change = { pid_file = "${var.directory}/server.pid" }
}

# The server.

resource "secretzero_server_config" "this" {
  directory = "${var.directory}/config"
  settings {
    product      = var.product
    api_addr     = local.address
    cluster_addr = "https://127.0.0.1:${var.port + 1}"
    log_level    = var.log_level
    pid_file     = "${local.home}/server.pid"

    storage {
      raft {
        path    = "${local.home}/data"
        node_id = "home"
      }
    }

    listener {
      address       = "127.0.0.1:${var.port}"
      tls_cert_file = "${local.home}/pki/server.pem"
      tls_key_file  = "${local.home}/pki/server.key"
    }

    # OpenBao makes audit devices of its configuration only, Vault through its API only.
    dynamic "audit" {
      for_each = var.product == "openbao" ? ["file"] : []
      content {
        type    = "file"
        path    = audit.value
        options = { file_path = "${local.home}/audit.log" }
      }
    }
  }
}

# Its data. It is removed when everything is destroyed, and never before: that is why it is not a part of what starts the
# server, which is replaced whenever the configuration changes.
resource "terraform_data" "data" {
  input = local.home

  provisioner "local-exec" {
    command = "mkdir -p -m 0700 '${self.input}/data'"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "rm -rf '${self.input}/data' '${self.input}/server.log' '${self.input}/audit.log'"
  }
}

resource "terraform_data" "start" {
  triggers_replace = [secretzero_server_config.this.revision]
  input            = local.home
  depends_on       = [secretzero_certificate.server, terraform_data.data]

  # A process of its own, which holds nothing of this one: it outlives the apply. One that runs already was started by an
  # apply that was cut off.
  provisioner "local-exec" {
    command = <<-END
      kill -0 "$(cat '${self.input}/server.pid' 2>/dev/null)" 2>/dev/null && exit 0
      setsid --fork '${var.program}' server -config='${secretzero_server_config.this.path}' \
        >>'${self.input}/server.log' 2>&1 </dev/null
    END
  }

  provisioner "local-exec" {
    when    = destroy
    command = <<-END
      pid="$(cat '${self.input}/server.pid' 2>/dev/null)" || exit 0
      kill "$pid" 2>/dev/null || exit 0
      for _ in $(seq 300); do kill -0 "$pid" 2>/dev/null || exit 0; sleep 0.1; done
      exit 1
    END
  }
}

resource "secretzero_init" "this" {
  keys       = { file = "${var.directory}/keys/cluster-keys.json" }
  shares     = 1
  threshold  = 1
  depends_on = [terraform_data.start]
}

resource "secretzero_unseal" "this" {
  keys = secretzero_init.this.keys
  # A server that is started again is sealed.
  triggers = {
    start    = terraform_data.start.id
    revision = secretzero_server_config.this.revision
  }
}

# Who works on it from here on, in place of root.

resource "secretzero_operator" "this" {
  mount          = "operator"
  role_id_file   = "${var.directory}/keys/operator.role_id"
  secret_id_file = "${var.directory}/keys/operator.secret_id"
  depends_on     = [secretzero_unseal.this]
}

# OpenBao has it in its configuration, above.
resource "secretzero_audit" "file" {
  count      = var.product == "vault" ? 1 : 0
  type       = "file"
  options    = { file_path = "${local.home}/audit.log" }
  depends_on = [secretzero_operator.this]
}

module "contents" {
  source     = "./contents"
  ready      = [secretzero_unseal.this.ready, secretzero_operator.this.ready]
  depends_on = [secretzero_operator.this]
}

output "address" {
  value = local.address
}

output "cluster_id" {
  value = secretzero_unseal.this.cluster_id
}
