import {
  to = example_policy.reader
  identity = {
    name = "reader"
  }
}
