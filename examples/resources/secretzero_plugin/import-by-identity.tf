import {
  to = secretzero_plugin.engine
  identity = {
    type    = "secret"
    name    = "engine"
    version = "v1.2.0"
  }
}
