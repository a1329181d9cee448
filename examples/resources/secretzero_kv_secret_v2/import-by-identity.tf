import {
  to = secretzero_kv_secret_v2.app
  identity = {
    mount = "kvv2"
    name  = "app/config"
  }
}
