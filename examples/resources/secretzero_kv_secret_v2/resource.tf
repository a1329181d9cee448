variable "api_key" {
  type      = string
  ephemeral = true
}

# Raise the version whenever the key is another one. The password is made once and is known to the server alone.
resource "secretzero_kv_secret_v2" "app" {
  mount = "kvv2"
  name  = "app/config"

  data_json_wo         = jsonencode({ user = "app", api_key = var.api_key })
  data_json_wo_version = 1

  generate = {
    password = { length = 32, first = "letter", min_digits = 2 }
    cookie   = { length = 64, rotate = "2026-11" }
  }
  custom_metadata {
    max_versions = 5
    data         = { owner = "team-a" }
  }
}

# One secret for each entry of files such as secrets/s3.json:
#   { "velero": { "content": { "user": "velero" }, "secret_name": "password", "password_length": 20 } }
locals {
  groups = { for file in fileset(path.module, "secrets/*.json") : trimsuffix(basename(file), ".json") => jsondecode(file(file)) }
  entries = merge([for group, entries in local.groups : {
    for name, entry in entries : "${group}/${name}" => entry
  }]...)
}

resource "secretzero_kv_secret_v2" "of_files" {
  for_each = local.entries
  mount    = "kvv2"
  name     = each.key

  data_json_wo         = jsonencode(each.value.content)
  data_json_wo_version = 1

  generate = { for name in compact([lookup(each.value, "secret_name", "")]) :
    name => { length = lookup(each.value, "password_length", 15), first = "letter" }
  }
}
