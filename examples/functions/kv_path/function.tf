locals {
  config = provider::secretzero::kv_path("kvv2", "app/config")
}

# kvv2/data/app/config
output "data" {
  value = local.config.data
}
