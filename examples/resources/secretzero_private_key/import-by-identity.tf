import {
  to = secretzero_private_key.deploy
  identity = {
    id = "keys/deploy.key"
  }
}
