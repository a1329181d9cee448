terraform {
  required_providers {
    null = {
      source = "secretzero/null"
    }
  }
}

resource "null_marker" "one" {
  note = "hello"
}
