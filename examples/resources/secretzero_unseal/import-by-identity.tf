import {
  to = secretzero_unseal.this
  identity = {
    id = "7a2e8f64-3f0c-5b1d-9c55-0f3f6a1f2d10"
  }
}
