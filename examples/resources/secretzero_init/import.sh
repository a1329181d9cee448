terraform import secretzero_init.this keys/cluster-keys.json
