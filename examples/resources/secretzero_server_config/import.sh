# The path of the configuration.
tofu import secretzero_server_config.openbao /etc/openbao/openbao.hcl
