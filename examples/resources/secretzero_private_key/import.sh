terraform import secretzero_private_key.deploy keys/deploy.key
