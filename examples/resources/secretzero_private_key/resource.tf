resource "secretzero_private_key" "deploy" {
  key_algorithm = "ed25519"
  key           = { file = "keys/deploy.key" }
}

output "deploy_key" {
  value = secretzero_private_key.deploy.public_key_openssh
}
