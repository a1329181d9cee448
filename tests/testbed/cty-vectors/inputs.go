package main

import (
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// inputVector is an encoding, well-formed or not, and what go-cty made of it.
type inputVector struct {
	Name    string          `json:"name"`
	Type    json.RawMessage `json:"type"`
	Input   string          `json:"input"`
	Outcome string          `json:"outcome"`
	Message string          `json:"message,omitempty"`
	Value   any             `json:"value,omitempty"`
}

// attempts is how often an input is decoded. go-cty puts the keys of a map into NFC while it ranges over the map: of two keys
// that become the same it keeps the one that Go comes to last, in one decoding of eight the other one.
const attempts = 256

// input decodes a text until it is clear that go-cty makes the same of it each time. Of what it does not, only the outcome
// is a vector.
func input(name, ty, text string, decode func(cty.Type) (cty.Value, error)) inputVector {
	line := inputOnce(name, ty, text, decode)
	for range attempts {
		again := inputOnce(name, ty, text, decode)
		if again.Outcome != line.Outcome {
			panic(name + ": " + line.Outcome + " once, " + again.Outcome + " another time")
		}
		if !reflect.DeepEqual(again, line) {
			line.Message, line.Value = "differs from time to time", nil
			break
		}
	}
	return line
}

func inputOnce(name, ty, text string, decode func(cty.Type) (cty.Value, error)) inputVector {
	var constraint cty.Type
	if err := constraint.UnmarshalJSON([]byte(ty)); err != nil {
		panic(name + ": " + err.Error())
	}
	value, outcome, message := attempt(func() (cty.Value, error) { return decode(constraint) })
	line := inputVector{name, typeString(constraint), text, outcome, message, nil}
	if outcome != "accepted" {
		return line
	}
	// go-cty accepts some input of which it makes a value of another type; that has no description.
	described, ok, reason := attempt(func() (any, error) { return describe(value, constraint), nil })
	if ok == "accepted" {
		line.Value = described
	} else {
		line.Message = "of another type: " + reason
	}
	return line
}

func msgpackInputs() []any {
	lines := []any{}
	for _, entry := range msgpackTexts {
		bytes, err := hex.DecodeString(strings.ReplaceAll(entry.input, " ", ""))
		if err != nil {
			panic(entry.name + ": " + err.Error())
		}
		lines = append(lines, input(entry.name, entry.ty, hex.EncodeToString(bytes), func(ty cty.Type) (cty.Value, error) {
			return msgpack.Unmarshal(bytes, ty)
		}))
	}
	return lines
}

func jsonInputs() []any {
	lines := []any{}
	for _, entry := range jsonTexts {
		lines = append(lines, input(entry.name, entry.ty, entry.input, func(ty cty.Type) (cty.Value, error) {
			return ctyjson.Unmarshal([]byte(entry.input), ty)
		}))
	}
	return lines
}

// typeVector is a type string and the canonical form that go-cty gives it.
type typeVector struct {
	Input     string `json:"input"`
	Outcome   string `json:"outcome"`
	Message   string `json:"message,omitempty"`
	Canonical string `json:"canonical,omitempty"`
}

func typeStrings() []any {
	lines := []any{}
	for _, text := range typeTexts {
		canonical, outcome, message := attempt(func() (string, error) {
			var ty cty.Type
			if err := ty.UnmarshalJSON([]byte(text)); err != nil {
				return "", err
			}
			return string(typeString(ty.WithoutOptionalAttributesDeep())), nil
		})
		lines = append(lines, typeVector{text, outcome, message, canonical})
	}
	return lines
}

// numberVector is a decimal and what go-cty prints for it after reading.
type numberVector struct {
	Input   string `json:"input"`
	Outcome string `json:"outcome"`
	Number  string `json:"number,omitempty"`
	// Whether go-cty finds it unequal to what its own msgpack encoding is read as.
	Lost bool `json:"lost,omitempty"`
}

func numbers() []any {
	lines := []any{}
	for _, text := range numberInputs {
		value, outcome, _ := attempt(func() (cty.Value, error) { return cty.ParseNumberVal(text) })
		line := numberVector{Input: text, Outcome: outcome}
		if outcome == "accepted" {
			line.Number = numberText(value.AsBigFloat())
			packed, err := msgpack.Marshal(value, cty.Number)
			if err != nil {
				panic(err)
			}
			read, err := msgpack.Unmarshal(packed, cty.Number)
			line.Lost = err != nil || !read.RawEquals(value)
		}
		lines = append(lines, line)
	}
	return lines
}
