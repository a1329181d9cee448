package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// valueVector is a value with both encodings that go-cty makes of it.
type valueVector struct {
	Name    string          `json:"name"`
	Type    json.RawMessage `json:"type"`
	Value   any             `json:"value"`
	Msgpack string          `json:"msgpack"`
	// Absent when the value has no JSON form.
	JSON string `json:"json,omitempty"`
}

func vector(name string, ty cty.Type, value cty.Value) valueVector {
	packed, err := msgpack.Marshal(value, ty)
	if err != nil {
		panic(name + ": " + err.Error())
	}
	text, err := ctyjson.Marshal(value, ty)
	if err != nil {
		text = nil
	}
	return valueVector{name, typeString(ty), describe(value, ty), hex.EncodeToString(packed), string(text)}
}

// values has every row of the wire table, by hand.
func values() []any {
	lines := []any{}
	add := func(name string, ty cty.Type, value cty.Value) { lines = append(lines, vector(name, ty, value)) }

	add("bool true", cty.Bool, cty.True)
	add("bool false", cty.Bool, cty.False)
	for _, text := range numberTexts {
		add("number "+text, cty.Number, cty.MustParseNumberVal(text))
	}
	add("number +Inf", cty.Number, cty.PositiveInfinity)
	add("number -Inf", cty.Number, cty.NegativeInfinity)
	add("number 0.1 as a double", cty.Number, cty.NumberFloatVal(0.1))
	add("number a third", cty.Number, cty.NumberIntVal(1).Divide(cty.NumberIntVal(3)))
	for name, text := range stringTexts {
		add("string "+name, cty.String, cty.StringVal(text))
	}

	for name, ty := range everyType {
		add("null "+name, ty, cty.NullVal(ty))
		add("unknown "+name, ty, cty.UnknownVal(ty))
		if ty != cty.DynamicPseudoType {
			add("not null "+name, ty, cty.UnknownVal(ty).RefineNotNull())
			add("dynamic null "+name, cty.DynamicPseudoType, cty.NullVal(ty))
			add("dynamic unknown "+name, cty.DynamicPseudoType, cty.UnknownVal(ty))
		}
	}
	refined(add)
	collections(add)
	dynamics(add)
	return sorted(lines)
}

var everyType = map[string]cty.Type{
	"string": cty.String, "number": cty.Number, "bool": cty.Bool, "dynamic": cty.DynamicPseudoType,
	"list": cty.List(cty.String), "set": cty.Set(cty.Number), "map": cty.Map(cty.Bool),
	"tuple":        cty.Tuple([]cty.Type{cty.String, cty.Number}),
	"empty tuple":  cty.EmptyTuple,
	"object":       cty.Object(map[string]cty.Type{"a": cty.String, "b": cty.List(cty.Number)}),
	"empty object": cty.EmptyObject,
}

var numberTexts = []string{
	"0", "-0", "1", "-1", "127", "128", "255", "256", "65535", "65536", "4294967295", "4294967296",
	"-32", "-33", "-128", "-129", "-32768", "-32769", "-2147483648", "-2147483649",
	"9007199254740992", "9007199254740993", "1000000000000000000",
	"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
	"18446744073709551615", "18446744073709551616", "10000000000000000000",
	"0.1", "-0.1", "0.5", "1.5", "-1.5", "0.25", "0.2", "3.14159", "1e-7", "1e-100", "1e18", "1e21", "1e100", "1e308", "1e309",
	"123456789012345678901234567890", "123456789012345.678901234567890", "0.000000000000000000000000000001",
	"0.0009765625", "1099511627776.5", "4503599627370496.5",
	"13407807929942597099574024998205846127479365820592393377723561443721764030073546976801874298166903427690031858186486050853753882811946569946433649006084095",
	"13407807929942597099574024998205846127479365820592393377723561443721764030073546976801874298166903427690031858186486050853753882811946569946433649006084096",
	"0." + strings.Repeat("123456789", 17),
}

var stringTexts = map[string]string{
	"empty": "", "ascii": "hello", "quotes": "a\"b\\c/d\n\r\t\x00\x1f\x7f", "html": "<a href=\"x\">&</a>", "line separator": "a\u2028b\u2029c",
	"composed": "caf\u00e9", "decomposed": "cafe\u0301", "hangul": "\u1112\u1161\u11ab", "singleton": "\u212b\u2126",
	"order of marks": "q\u0307\u0323", "emoji": "\U0001f469\u200d\U0001f680", "exclusion": "\u0958", "supplementary": "\U00011099\U000110ba",
	"30 marks": "a" + strings.Repeat("\u0327", 30), "31 marks": "a" + strings.Repeat("\u0327", 31), "70 marks": strings.Repeat("\u0301", 70),
	"31 bytes": strings.Repeat("x", 31), "32 bytes": strings.Repeat("x", 32), "255 bytes": strings.Repeat("x", 255),
	"256 bytes": strings.Repeat("x", 256),
}

func refined(add func(string, cty.Type, cty.Value)) {
	text := cty.UnknownVal(cty.String)
	add("refined prefix", cty.String, text.Refine().StringPrefixFull("https://").NewValue())
	add("refined prefix, not null", cty.String, text.Refine().NotNull().StringPrefixFull("cafe\u0301-").NewValue())
	// Of a longer one go-cty sends less than there is, so that what it sends no longer is the value described here.
	add("refined prefix, 256 bytes", cty.String, text.Refine().StringPrefixFull(strings.Repeat("p", 256)).NewValue())

	number := cty.UnknownVal(cty.Number)
	add("refined min", cty.Number, number.Refine().NumberRangeLowerBound(cty.NumberIntVal(0), true).NewValue())
	add("refined min, exclusive", cty.Number, number.Refine().NumberRangeLowerBound(cty.MustParseNumberVal("-1.5"), false).NewValue())
	add("refined max", cty.Number, number.Refine().NumberRangeUpperBound(cty.MustParseNumberVal("0.1"), true).NewValue())
	add("refined max, exclusive", cty.Number, number.Refine().NumberRangeUpperBound(cty.MustParseNumberVal("18446744073709551616"), false).NewValue())
	add("refined min and max", cty.Number, number.Refine().NotNull().NumberRangeInclusive(cty.NumberIntVal(1), cty.NumberIntVal(65535)).NewValue())
	add("refined to one number", cty.Number, number.Refine().NotNull().NumberRangeInclusive(cty.NumberIntVal(7), cty.NumberIntVal(7)).NewValue())
	add("refined to one number or null", cty.Number, number.Refine().NumberRangeInclusive(cty.NumberIntVal(7), cty.NumberIntVal(7)).NewValue())
	add("refined min -Inf", cty.Number, number.Refine().NotNull().NumberRangeLowerBound(cty.NegativeInfinity, true).NewValue())
	add("refined min +Inf", cty.Number, number.Refine().NumberRangeLowerBound(cty.PositiveInfinity, true).NewValue())

	for name, ty := range map[string]cty.Type{"list": cty.List(cty.String), "set": cty.Set(cty.String), "map": cty.Map(cty.String)} {
		collection := cty.UnknownVal(ty)
		add("refined min length "+name, ty, collection.Refine().CollectionLengthLowerBound(1).NewValue())
		add("refined max length "+name, ty, collection.Refine().CollectionLengthUpperBound(300).NewValue())
		add("refined lengths "+name, ty, collection.Refine().NotNull().CollectionLengthLowerBound(2).CollectionLengthUpperBound(70000).NewValue())
		add("refined to empty "+name, ty, collection.Refine().NotNull().CollectionLength(0).NewValue())
		add("refined to empty or null "+name, ty, collection.Refine().CollectionLengthUpperBound(0).NewValue())
	}
	inside := cty.Object(map[string]cty.Type{"id": cty.String, "ports": cty.List(cty.Number)})
	add("refined inside an object", inside, cty.ObjectVal(map[string]cty.Value{
		"id":    text.Refine().NotNull().StringPrefixFull("sg-").NewValue(),
		"ports": cty.ListVal([]cty.Value{cty.NumberIntVal(1), number.Refine().NotNull().NewValue()}),
	}))
}

func collections(add func(string, cty.Type, cty.Value)) {
	number := func(n int64) cty.Value { return cty.NumberIntVal(n) }
	add("empty list", cty.List(cty.String), cty.ListValEmpty(cty.String))
	add("empty set", cty.Set(cty.String), cty.SetValEmpty(cty.String))
	add("empty map", cty.Map(cty.String), cty.MapValEmpty(cty.String))
	add("empty tuple", cty.EmptyTuple, cty.EmptyTupleVal)
	add("empty object", cty.EmptyObject, cty.EmptyObjectVal)
	add("list", cty.List(cty.Number), cty.ListVal([]cty.Value{number(3), number(1), cty.NullVal(cty.Number), cty.UnknownVal(cty.Number)}))
	for _, length := range []int{15, 16} {
		many := make([]cty.Value, length)
		for index := range many {
			many[index] = cty.True
		}
		add(fmt.Sprintf("list of %d", length), cty.List(cty.Bool), cty.ListVal(many))
	}
	add("map", cty.Map(cty.String), cty.MapVal(map[string]cty.Value{"b": cty.StringVal("2"), "a": cty.StringVal("1"), "": cty.NullVal(cty.String)}))
	add("map with a decomposed key", cty.Map(cty.Bool), cty.MapVal(map[string]cty.Value{"e\u0301": cty.True, "z": cty.False}))
	for _, length := range []int{15, 16} {
		wide := map[string]cty.Value{}
		for letter := range length {
			wide[string(rune('a'+letter))] = cty.True
		}
		add(fmt.Sprintf("map of %d", length), cty.Map(cty.Bool), cty.MapVal(wide))
		value := cty.ObjectVal(wide)
		add(fmt.Sprintf("object of %d", length), value.Type(), value)
	}
	add("tuple", cty.Tuple([]cty.Type{cty.String, cty.Number, cty.Bool}), cty.TupleVal([]cty.Value{cty.StringVal("a"), number(1), cty.NullVal(cty.Bool)}))

	add("set of strings", cty.Set(cty.String), cty.SetVal([]cty.Value{cty.StringVal("b"), cty.StringVal("a"), cty.StringVal("b"), cty.StringVal("B")}))
	add("set of numbers", cty.Set(cty.Number), cty.SetVal([]cty.Value{number(10), number(-2), cty.MustParseNumberVal("1.5"), number(10), cty.MustParseNumberVal("1e30")}))
	add("set of bools", cty.Set(cty.Bool), cty.SetVal([]cty.Value{cty.True, cty.False, cty.True}))
	add("set with null and unknown", cty.Set(cty.String), cty.SetVal([]cty.Value{cty.NullVal(cty.String), cty.UnknownVal(cty.String), cty.StringVal("z"), cty.NullVal(cty.String)}))
	add("set with two unknowns", cty.Set(cty.String), cty.SetVal([]cty.Value{cty.UnknownVal(cty.String), cty.UnknownVal(cty.String)}))
	add("set of composed and decomposed", cty.Set(cty.String), cty.SetVal([]cty.Value{cty.StringVal("\u00e9"), cty.StringVal("e\u0301")}))
	rule := func(port int64, name cty.Value) cty.Value {
		return cty.ObjectVal(map[string]cty.Value{"port": number(port), "name": name})
	}
	rules := cty.Object(map[string]cty.Type{"port": cty.Number, "name": cty.String})
	add("set of objects", cty.Set(rules), cty.SetVal([]cty.Value{rule(80, cty.StringVal("http")), rule(443, cty.StringVal("https")), rule(80, cty.StringVal("http"))}))
	add("set of objects with unknowns", cty.Set(rules), cty.SetVal([]cty.Value{rule(80, cty.UnknownVal(cty.String)), rule(80, cty.UnknownVal(cty.String))}))
	add("set of lists", cty.Set(cty.List(cty.String)), cty.SetVal([]cty.Value{cty.ListVal([]cty.Value{cty.StringVal("a")}), cty.ListValEmpty(cty.String)}))

	add("nested", cty.Map(cty.List(rules)), cty.MapVal(map[string]cty.Value{
		"x": cty.ListVal([]cty.Value{rule(1, cty.NullVal(cty.String)), cty.NullVal(rules)}),
		"y": cty.ListValEmpty(rules), "z": cty.NullVal(cty.List(rules)),
	}))
	add("object with a decomposed name", cty.Object(map[string]cty.Type{"e\u0301": cty.Bool}), cty.ObjectVal(map[string]cty.Value{"\u00e9": cty.True}))
}

func dynamics(add func(string, cty.Type, cty.Value)) {
	dynamic := cty.DynamicPseudoType
	text := cty.StringVal("x")
	add("dynamic string", dynamic, text)
	add("dynamic number", dynamic, cty.MustParseNumberVal("0.1"))
	add("dynamic refined", dynamic, cty.UnknownVal(cty.String).RefineNotNull())
	add("dynamic object", dynamic, cty.ObjectVal(map[string]cty.Value{"a": text, "b": cty.TupleVal([]cty.Value{cty.True, cty.NullVal(dynamic)})}))
	add("dynamic object with an unknown of no type", dynamic, cty.ObjectVal(map[string]cty.Value{"a": cty.DynamicVal}))
	add("dynamic empty list", dynamic, cty.ListValEmpty(dynamic))
	add("dynamic set", dynamic, cty.SetVal([]cty.Value{text, text}))
	add("list of dynamic", cty.List(dynamic), cty.ListVal([]cty.Value{text, cty.StringVal("y"), cty.NullVal(cty.String)}))
	add("map of dynamic", cty.Map(dynamic), cty.MapVal(map[string]cty.Value{"k": cty.True}))
	add("set of dynamic", cty.Set(dynamic), cty.SetVal([]cty.Value{cty.True, cty.False}))
	add("tuple of dynamic", cty.Tuple([]cty.Type{dynamic, dynamic, dynamic}), cty.TupleVal([]cty.Value{text, cty.NullVal(dynamic), cty.DynamicVal}))
	add("object of dynamic", cty.Object(map[string]cty.Type{"a": dynamic, "b": dynamic}), cty.ObjectVal(map[string]cty.Value{"a": cty.NumberIntVal(1), "b": cty.NullVal(cty.String)}))
	item := cty.Object(map[string]cty.Type{"v": dynamic})
	add("list of objects of dynamic", cty.List(item), cty.ListVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{"v": text}), cty.ObjectVal(map[string]cty.Value{"v": cty.StringVal("y")})}))
	add("long dynamic type", dynamic, cty.ObjectVal(map[string]cty.Value{strings.Repeat("n", 300): cty.True}))
}

// doubleVector is a double as go-cty reads it from msgpack.
type doubleVector struct {
	Bits string `json:"bits"`
	// The decimal that go-cty compares it by.
	Number string `json:"number"`
}

func doubles() []any {
	lines := []any{}
	source := randomSource(2)
	for len(lines) < 400 {
		bits := source.Uint64()
		double := math.Float64frombits(bits)
		if math.IsNaN(double) || math.IsInf(double, 0) || math.Abs(double) < 2.3e-308 {
			continue
		}
		if len(lines)%2 == 0 { // Numbers of everyday size, too.
			double = math.Ldexp(float64(int64(bits>>11)), int(source.IntN(80))-100)
			bits = math.Float64bits(double)
		}
		packed := append([]byte{0xcb}, bigEndian(bits)...)
		value, err := msgpack.Unmarshal(packed, cty.Number)
		if err != nil {
			panic(err)
		}
		lines = append(lines, doubleVector{hex.EncodeToString(bigEndian(bits)), numberText(value.AsBigFloat())})
	}
	return lines
}

func bigEndian(bits uint64) []byte {
	bytes := make([]byte, 8)
	for index := range bytes {
		bytes[index] = byte(bits >> (56 - 8*index))
	}
	return bytes
}
