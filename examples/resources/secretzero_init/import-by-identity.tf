import {
  to = secretzero_init.this
  identity = {
    id = "keys/cluster-keys.json"
  }
}
