terraform import secretzero_kv_secret_v2.app kvv2/data/app/config
