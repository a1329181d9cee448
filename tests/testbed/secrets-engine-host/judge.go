package main

import (
	"encoding/json"
	"net/rpc"
	"slices"

	"github.com/openbao/openbao/sdk/v2/framework"
	"github.com/openbao/openbao/sdk/v2/helper/consts"
	"github.com/openbao/openbao/sdk/v2/logical"
	"github.com/openbao/openbao/sdk/v2/plugin/pb"
)

// judgement is what OpenBao's own code makes of a reply.
type judgement struct {
	// Unreadable is why it can't be read: the client gets a 500 that means nothing.
	Unreadable string `json:"unreadable,omitempty"`
	// Status is the HTTP status of the client: 0 for the ordinary success.
	Status int    `json:"status"`
	Error  string `json:"error,omitempty"`
	// Restarts tells that the host takes the plugin for dead, starts another and sends the request again.
	Restarts bool `json:"restarts"`
	// Forwards tells that the host sends the request on to the node that can write.
	Forwards bool `json:"forwards"`
	// Paths are those of the OpenAPI document, if there is one.
	Paths []string `json:"paths"`
}

// forwarding are the texts on which a host sends a request on. The last two may mean itself, and then a write runs again.
var forwarding = []string{
	logical.ErrReadOnly.Error(),
	logical.ErrPerfStandbyPleaseForward.Error(),
	consts.ErrStandby.Error(),
}

func judge(request *pb.HandleRequestArgs, reply *pb.HandleRequestReply) *judgement {
	response, err := pb.ProtoResponseToLogicalResponse(reply.Response)
	if err != nil {
		return &judgement{Unreadable: err.Error()}
	}
	refusal := pb.ProtoErrToErr(reply.Err)
	j := &judgement{}
	if refusal != nil {
		j.Restarts = refusal.Error() == rpc.ErrShutdown.Error()
		j.Forwards = slices.Contains(forwarding, refusal.Error())
	}
	asked := &logical.Request{Operation: logical.Operation(request.GetRequest().GetOperation())}
	status, shown := logical.RespondErrorCommon(asked, response, refusal)
	if shown != nil {
		logical.AdjustErrorStatusCode(&status, shown)
		j.Error = shown.Error()
	}
	j.Status = status
	if response != nil {
		j.Paths, j.Unreadable = paths(response.Data["openapi"])
	}
	return j
}

// paths reads a document as a host does that puts the documents of all mounts together.
func paths(document any) ([]string, string) {
	if document == nil {
		return nil, ""
	}
	fields, isObject := document.(map[string]any)
	if !isObject {
		return nil, "the OpenAPI document is no object"
	}
	read, err := framework.NewOASDocumentFromMap(fields)
	if err == nil {
		_, err = json.Marshal(read)
	}
	if err != nil {
		return nil, err.Error()
	}
	found := []string{}
	for path, item := range read.Paths {
		if item == nil {
			return nil, "the OpenAPI document has nothing at " + path
		}
		found = append(found, path)
	}
	slices.Sort(found)
	return found, ""
}
