resource "example_everything" "all" {
  name   = "all"
  words  = ["one", "two"]
  period = "90m"

  owner = {
    name = "Ada"
  }
  teams = {
    night = { name = "Grace", role = "writer" }
  }

  main_port {
    number = 443
  }
  rule {
    allow = "Ada"
  }
}
