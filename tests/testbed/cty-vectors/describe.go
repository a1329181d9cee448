package main

import (
	"encoding/json"
	"math"
	"math/big"

	"github.com/zclconf/go-cty/cty"
)

// describe writes a value down in a form that the tests read without any of the codecs under test.
func describe(value cty.Value, constraint cty.Type) any {
	if constraint == cty.DynamicPseudoType && value.Type() != cty.DynamicPseudoType {
		actual := map[string]any{"type": typeString(value.Type()), "value": describe(value, value.Type())}
		return map[string]any{"dynamic": actual}
	}
	if !value.IsKnown() {
		return map[string]any{"unknown": describeRange(value)}
	}
	if value.IsNull() {
		return map[string]any{"null": true}
	}
	switch {
	case constraint == cty.Bool:
		return map[string]any{"bool": value.True()}
	case constraint == cty.Number:
		return map[string]any{"number": numberText(value.AsBigFloat())}
	case constraint == cty.String:
		return map[string]any{"string": value.AsString()}
	case constraint.IsListType():
		return map[string]any{"list": describeElements(value, constraint.ElementType())}
	case constraint.IsSetType():
		return map[string]any{"set": describeElements(value, constraint.ElementType())}
	case constraint.IsMapType():
		entries := map[string]any{}
		for key, element := range value.AsValueMap() {
			entries[key] = describe(element, constraint.ElementType())
		}
		return map[string]any{"map": entries}
	case constraint.IsTupleType():
		elements := []any{}
		for index, element := range value.AsValueSlice() {
			elements = append(elements, describe(element, constraint.TupleElementType(index)))
		}
		return map[string]any{"tuple": elements}
	case constraint.IsObjectType():
		attributes := map[string]any{}
		for name, attribute := range constraint.AttributeTypes() {
			attributes[name] = describe(value.GetAttr(name), attribute)
		}
		return map[string]any{"object": attributes}
	}
	panic("no description for " + constraint.GoString())
}

func describeElements(value cty.Value, element cty.Type) []any {
	elements := []any{}
	for _, item := range value.AsValueSlice() {
		elements = append(elements, describe(item, element))
	}
	return elements
}

func describeRange(value cty.Value) map[string]any {
	described := map[string]any{}
	if value.Type() == cty.DynamicPseudoType {
		return described
	}
	known := value.Range()
	if known.DefinitelyNotNull() {
		described["not_null"] = true
	}
	switch {
	case value.Type() == cty.String:
		if prefix := known.StringPrefix(); prefix != "" {
			described["prefix"] = prefix
		}
	case value.Type() == cty.Number:
		if bound, inclusive := known.NumberLowerBound(); bound.IsKnown() && !bound.RawEquals(cty.NegativeInfinity) {
			described["min"] = []any{numberText(bound.AsBigFloat()), inclusive}
		}
		if bound, inclusive := known.NumberUpperBound(); bound.IsKnown() && !bound.RawEquals(cty.PositiveInfinity) {
			described["max"] = []any{numberText(bound.AsBigFloat()), inclusive}
		}
	case value.Type().IsCollectionType():
		if length := known.LengthLowerBound(); length != 0 {
			described["min_length"] = length
		}
		if length := known.LengthUpperBound(); length != math.MaxInt {
			described["max_length"] = length
		}
	}
	return described
}

// numberText writes the decimal that go-cty compares by: whole numbers exactly, all others by their shortest text. Whole
// numbers that were read from a text and rounded to 512 bits are the exception: the shortest text is what they came from.
func numberText(number *big.Float) string {
	if number.IsInf() {
		return number.String()
	}
	if number.IsInt() && number.Prec() <= 64 {
		whole, _ := number.Int(nil)
		return whole.String()
	}
	return number.Text('f', -1)
}

func typeString(ty cty.Type) json.RawMessage {
	text, err := ty.MarshalJSON()
	if err != nil {
		panic(err)
	}
	return text
}
