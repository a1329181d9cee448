terraform import example_policy.reader reader
