ephemeral "example_lease" "stew" {
  note = "stew"
  ttl  = "1m"
}
