import {
  to       = secretzero_server_config.openbao
  identity = { id = "/etc/openbao/openbao.hcl" }
}
