package main

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"sort"

	"github.com/zclconf/go-cty/cty"
)

func randomSource(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x5eed)) }

// random draws values of random types, always the same ones.
func random() []any {
	lines := []any{}
	source := randomSource(1)
	for index := range 500 {
		ty := randomType(source, 3)
		lines = append(lines, vector(fmt.Sprintf("random %d", index), ty, randomValue(source, ty)))
	}
	return lines
}

func randomType(source *rand.Rand, depth int) cty.Type {
	kinds := 9
	if depth == 0 {
		kinds = 3
	}
	switch source.IntN(kinds) {
	case 0:
		return cty.String
	case 1:
		return cty.Number
	case 2:
		return cty.Bool
	case 3:
		return cty.List(concrete(randomType(source, depth-1)))
	case 4:
		return cty.Set(concrete(randomType(source, depth-1)))
	case 5:
		return cty.Map(concrete(randomType(source, depth-1)))
	case 6:
		elements := make([]cty.Type, source.IntN(4))
		for index := range elements {
			elements[index] = randomType(source, depth-1)
		}
		return cty.Tuple(elements)
	case 7:
		attributes := map[string]cty.Type{}
		for range source.IntN(6) {
			attributes[randomName(source)] = randomType(source, depth-1)
		}
		return cty.Object(attributes)
	default:
		return cty.DynamicPseudoType
	}
}

// concrete keeps the dynamic type out of collections: their elements would have to agree on a type.
func concrete(ty cty.Type) cty.Type {
	if ty.HasDynamicTypes() {
		return cty.String
	}
	return ty
}

func randomValue(source *rand.Rand, ty cty.Type) cty.Value {
	switch source.IntN(10) {
	case 0:
		return cty.NullVal(ty)
	case 1:
		return randomUnknown(source, ty)
	}
	switch {
	case ty == cty.DynamicPseudoType:
		return randomValue(source, concrete(randomType(source, 2)))
	case ty == cty.String:
		return cty.StringVal(randomText(source))
	case ty == cty.Number:
		return randomNumber(source)
	case ty == cty.Bool:
		return cty.BoolVal(source.IntN(2) == 0)
	case ty.IsTupleType():
		elements := []cty.Value{}
		for _, element := range ty.TupleElementTypes() {
			elements = append(elements, randomValue(source, element))
		}
		return cty.TupleVal(elements)
	case ty.IsObjectType():
		attributes := map[string]cty.Value{}
		for _, name := range names(ty) {
			attributes[name] = randomValue(source, ty.AttributeType(name))
		}
		return cty.ObjectVal(attributes)
	case ty.IsMapType():
		elements := map[string]cty.Value{}
		for range source.IntN(4) {
			elements[randomText(source)] = randomValue(source, ty.ElementType())
		}
		if len(elements) == 0 {
			return cty.MapValEmpty(ty.ElementType())
		}
		return cty.MapVal(elements)
	}
	elements := make([]cty.Value, source.IntN(4))
	for index := range elements {
		elements[index] = randomValue(source, ty.ElementType())
	}
	switch {
	case ty.IsListType() && len(elements) == 0:
		return cty.ListValEmpty(ty.ElementType())
	case ty.IsListType():
		return cty.ListVal(elements)
	case len(elements) == 0:
		return cty.SetValEmpty(ty.ElementType())
	default:
		return cty.SetVal(elements)
	}
}

func randomUnknown(source *rand.Rand, ty cty.Type) cty.Value {
	value := cty.UnknownVal(ty)
	if ty == cty.DynamicPseudoType || source.IntN(2) == 0 {
		return value
	}
	builder := value.Refine()
	if source.IntN(2) == 0 {
		builder = builder.NotNull()
	}
	switch {
	case ty == cty.String:
		builder = builder.StringPrefix(randomText(source))
	case ty == cty.Number:
		builder = builder.NumberRangeLowerBound(cty.NumberIntVal(source.Int64N(1000)-2000), source.IntN(2) == 0)
		if source.IntN(2) == 0 {
			builder = builder.NumberRangeUpperBound(cty.NumberFloatVal(float64(source.Int64N(1<<20))/1024), source.IntN(2) == 0)
		}
	case ty.IsCollectionType():
		builder = builder.CollectionLengthLowerBound(source.IntN(3)).CollectionLengthUpperBound(3 + source.IntN(300))
	}
	return builder.NewValue()
}

func randomNumber(source *rand.Rand) cty.Value {
	switch source.IntN(5) {
	case 0:
		return cty.NumberIntVal(source.Int64N(200) - 100)
	case 1:
		return cty.NumberIntVal(int64(source.Uint64()) >> source.IntN(64))
	case 2:
		return cty.MustParseNumberVal(fmt.Sprintf("%d.%03d", source.IntN(1000), source.IntN(1000)))
	case 3:
		whole := new(big.Int).Lsh(big.NewInt(int64(source.Uint64())), uint(source.IntN(200)))
		return cty.MustParseNumberVal(whole.String())
	default:
		return cty.NumberFloatVal(float64(source.Int64N(1<<20)) / 1024)
	}
}

var alphabet = []string{"a", "b", "Z", "0", " ", "-", "_", "\"", "\\", "\n", "\u00e9", "e\u0301", "\u212b", "\u1100\u1161", "\u4e2d", "\U0001f600", "\u0301"}

func randomText(source *rand.Rand) string {
	text := ""
	for range source.IntN(8) {
		text += alphabet[source.IntN(len(alphabet))]
	}
	return text
}

func randomName(source *rand.Rand) string {
	return []string{"id", "name", "ports", "tags", "enabled", "ttl_seconds"}[source.IntN(6)]
}

func names(ty cty.Type) []string {
	names := []string{}
	for name := range ty.AttributeTypes() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// sorted orders the vectors by name, since Go ranges over maps in another order each time.
func sorted(lines []any) []any {
	sort.SliceStable(lines, func(a, b int) bool { return lines[a].(valueVector).Name < lines[b].(valueVector).Name })
	return lines
}
