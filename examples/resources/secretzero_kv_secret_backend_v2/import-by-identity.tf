import {
  to       = secretzero_kv_secret_backend_v2.kv
  identity = { mount = "kvv2" }
}
