// Prints what the real go-cty does, as vectors for the tests of crates/tf-value.
//
// The vectors are data and committed; the tests need no Go. To write them again, from this folder:
//
//	go run . ../../../crates/tf-value/tests/vectors
//
// Each file holds one JSON object per line. "outcome" tells what go-cty did with an input: "accepted", "rejected" (it
// returned an error) or "panic".
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: cty-vectors FOLDER")
		os.Exit(2)
	}
	files := map[string][]any{
		"values.jsonl":       values(),
		"random.jsonl":       random(),
		"doubles.jsonl":      doubles(),
		"numbers.jsonl":      numbers(),
		"msgpack.jsonl":      msgpackInputs(),
		"json.jsonl":         jsonInputs(),
		"type_strings.jsonl": typeStrings(),
	}
	for name, lines := range files {
		if err := write(filepath.Join(os.Args[1], name), lines); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func write(path string, lines []any) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	buffer := bufio.NewWriter(file)
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return buffer.Flush()
}

// attempt runs one call of go-cty and tells how it ended. go-cty panics on some inputs that it should reject.
func attempt[T any](call func() (T, error)) (result T, outcome string, message string) {
	defer func() {
		if cause := recover(); cause != nil {
			outcome, message = "panic", fmt.Sprint(cause)
		}
	}()
	result, err := call()
	if err != nil {
		return result, "rejected", err.Error()
	}
	return result, "accepted", ""
}
