terraform {
  required_providers {
    secretzero = { source = "secretzero/secretzero" }
  }
}

provider "secretzero" {}
