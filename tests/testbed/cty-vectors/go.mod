// Prints crates/tf-value/tests/vectors with the go-cty, msgpack and text modules that ../opentofu/go.mod selects.
module testbed/cty-vectors

go 1.26.6

require github.com/zclconf/go-cty v1.18.0

require (
	github.com/apparentlymart/go-textseg/v15 v15.0.0 // indirect
	github.com/vmihailenco/msgpack/v5 v5.3.5 // indirect
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	golang.org/x/text v0.37.0 // indirect
)
