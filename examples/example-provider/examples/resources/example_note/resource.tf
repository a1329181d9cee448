variable "recipe" {
  type      = string
  ephemeral = true
}

resource "example_note" "soup" {
  name           = "soup"
  shelf          = "kitchen"
  lines          = ["Onions", "Thyme"]
  tags           = ["dinner"]
  secret         = var.recipe
  secret_version = 1
}
