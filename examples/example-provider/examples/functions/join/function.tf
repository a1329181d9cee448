output "greeting" {
  value = provider::example::join(null, "good", "morning")
}
