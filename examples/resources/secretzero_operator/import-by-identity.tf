import {
  to = secretzero_operator.this
  identity = {
    mount = "operator"
    name  = "operator"
  }
}
