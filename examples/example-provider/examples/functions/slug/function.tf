output "name" {
  value = provider::example::slug("Shopping, for May!")
}
