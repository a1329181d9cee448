ephemeral "secretzero_private_key" "session" {
  key_algorithm = "ed25519"
}
