import {
  to = secretzero_audit.file
  identity = {
    path = "file"
  }
}
