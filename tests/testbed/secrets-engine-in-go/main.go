// Command secrets-engine-in-go is a small secrets engine on the Go SDK: a yardstick for the one in examples/example-engine.
// Its paths kv/<name> and lend/<name> do the same, in the way that Go's engines usually do it.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/openbao/openbao/sdk/v2/framework"
	"github.com/openbao/openbao/sdk/v2/logical"
	"github.com/openbao/openbao/sdk/v2/plugin"
)

func main() {
	if err := plugin.ServeMultiplex(&plugin.ServeOpts{BackendFactoryFunc: engine}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func engine(ctx context.Context, config *logical.BackendConfig) (logical.Backend, error) {
	b := &framework.Backend{
		BackendType:    logical.TypeLogical,
		Help:           "Keeps objects under names, and lends them out.",
		RunningVersion: "v0.1.0",
		Paths:          []*framework.Path{items(), lending()},
		Secrets:        []*framework.Secret{loans},
	}
	return b, b.Setup(ctx, config)
}

func items() *framework.Path {
	return &framework.Path{
		Pattern: "kv/" + framework.MatchAllRegex("name"),
		Fields:  map[string]*framework.FieldSchema{"name": {Type: framework.TypeString, Description: "The name of the object."}},
		Operations: map[logical.Operation]framework.OperationHandler{
			logical.ReadOperation:   &framework.PathOperation{Callback: read},
			logical.CreateOperation: &framework.PathOperation{Callback: write},
			logical.UpdateOperation: &framework.PathOperation{Callback: write},
			logical.DeleteOperation: &framework.PathOperation{Callback: remove},
			logical.ListOperation:   &framework.PathOperation{Callback: list},
		},
		ExistenceCheck:      exists,
		TakesArbitraryInput: true,
		HelpSynopsis:        "An object under a name.",
	}
}

func load(ctx context.Context, storage logical.Storage, name string) (map[string]any, error) {
	entry, err := storage.Get(ctx, "items/"+name)
	if err != nil || entry == nil {
		return nil, err
	}
	var item map[string]any
	return item, entry.DecodeJSON(&item)
}

func exists(ctx context.Context, request *logical.Request, data *framework.FieldData) (bool, error) {
	item, err := load(ctx, request.Storage, data.Get("name").(string))
	return item != nil, err
}

func read(ctx context.Context, request *logical.Request, data *framework.FieldData) (*logical.Response, error) {
	item, err := load(ctx, request.Storage, data.Get("name").(string))
	if err != nil || item == nil {
		return nil, err
	}
	return &logical.Response{Data: item}, nil
}

func write(ctx context.Context, request *logical.Request, data *framework.FieldData) (*logical.Response, error) {
	entry, err := logical.StorageEntryJSON("items/"+data.Get("name").(string), request.Data)
	if err != nil {
		return nil, err
	}
	return nil, request.Storage.Put(ctx, entry)
}

func remove(ctx context.Context, request *logical.Request, data *framework.FieldData) (*logical.Response, error) {
	return nil, request.Storage.Delete(ctx, "items/"+data.Get("name").(string))
}

func list(ctx context.Context, request *logical.Request, data *framework.FieldData) (*logical.Response, error) {
	names, err := request.Storage.List(ctx, "items/"+data.Get("name").(string))
	if err != nil {
		return nil, err
	}
	return logical.ListResponse(names), nil
}

var loans = &framework.Secret{
	Type:   "loan",
	Fields: map[string]*framework.FieldSchema{},
	Renew: func(_ context.Context, request *logical.Request, _ *framework.FieldData) (*logical.Response, error) {
		return &logical.Response{Secret: request.Secret}, nil
	},
	Revoke: func(ctx context.Context, request *logical.Request, _ *framework.FieldData) (*logical.Response, error) {
		return nil, request.Storage.Delete(ctx, "loans/"+request.Secret.InternalData["number"].(string))
	},
}

func lending() *framework.Path {
	return &framework.Path{
		Pattern: "lend/" + framework.GenericNameRegex("name"),
		Fields: map[string]*framework.FieldSchema{
			"name": {Type: framework.TypeString, Description: "The name of the object."},
			"ttl":  {Type: framework.TypeDurationSecond, Default: 3600, Description: "How long it is lent."},
		},
		Operations:   map[logical.Operation]framework.OperationHandler{logical.ReadOperation: &framework.PathOperation{Callback: lend}},
		HelpSynopsis: "Lends an object.",
	}
}

func lend(ctx context.Context, request *logical.Request, data *framework.FieldData) (*logical.Response, error) {
	item, err := load(ctx, request.Storage, data.Get("name").(string))
	if err != nil || item == nil {
		return nil, err
	}
	loan := map[string]any{"name": data.Get("name"), "to": request.DisplayName}
	entry, err := logical.StorageEntryJSON("loans/"+request.ID, loan)
	if err != nil {
		return nil, err
	}
	if err := request.Storage.Put(ctx, entry); err != nil {
		return nil, err
	}
	response := loans.Response(item, map[string]any{"number": request.ID})
	response.Secret.TTL = time.Duration(data.Get("ttl").(int)) * time.Second
	return response, nil
}
