package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/openbao/openbao/sdk/v2/plugin/pb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// behaviour is how a storage answers.
type behaviour struct {
	// Missing answers every call as a host does while a plugin is registered.
	Missing bool `json:"missing"`
	// ReadOnly refuses writes as a standby does.
	ReadOnly bool `json:"read_only"`
	// Broken answers every call but a rollback with this text.
	Broken string `json:"broken"`
	// BrokenAfter lets so many writes succeed first; it counts from when it is told.
	BrokenAfter int `json:"broken_after"`
	// Transactions offers them, as OpenBao does on most storages.
	Transactions bool `json:"transactions"`
	// Conflicts is how many commits are refused.
	Conflicts int `json:"conflicts"`
	// DelayMs is how long every call takes.
	DelayMs int `json:"delay_ms"`
}

// storage keeps entries in memory.
type storage struct {
	pb.UnimplementedStorageServer
	lock         sync.Mutex
	how          behaviour
	entries      map[string][]byte
	transactions map[string]*transaction
	begun        int
	// changes counts writes outside of transactions and commits.
	changes int
	// strays counts writes that were meant for a transaction that is not open.
	strays int
	calls  map[string]int
}

// transaction is a copy of the entries, and when it was taken.
type transaction struct {
	entries map[string][]byte
	since   int
}

func newStorage() *storage {
	return &storage{entries: map[string][]byte{}, transactions: map[string]*transaction{}, calls: map[string]int{}}
}

func (s *storage) behave(how behaviour) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.how = how
}

// report tells what is stored, which calls came, how many transactions are open, and what went beside one.
func (s *storage) report() map[string]any {
	s.lock.Lock()
	defer s.lock.Unlock()
	entries := map[string]string{}
	for key, value := range s.entries {
		entries[key] = string(value)
	}
	return map[string]any{"entries": entries, "calls": maps.Clone(s.calls), "open": len(s.transactions), "strays": s.strays}
}

// enter counts a call, takes its time, and returns with the lock held if there is no error.
func (s *storage) enter(ctx context.Context, call string, writes bool) error {
	s.lock.Lock()
	s.calls[call]++
	delay := s.how.DelayMs
	s.lock.Unlock()
	if delay > 0 {
		select {
		case <-time.After(milliseconds(delay)):
		case <-ctx.Done():
			// Whoever went away before it was done gets nothing done.
			return ctx.Err()
		}
	}
	s.lock.Lock()
	err := s.refusal(writes)
	if err != nil {
		s.lock.Unlock()
	}
	return err
}

func (s *storage) refusal(writes bool) error {
	switch {
	case s.how.Missing:
		return errors.New("missing storage implementation: this method should not be called during plugin Setup, but only during and after Initialize")
	case s.how.ReadOnly && writes:
		return errors.New("cannot write to readonly storage")
	case s.how.Broken == "":
		return nil
	case s.how.BrokenAfter > 0:
		if writes {
			s.how.BrokenAfter--
		}
		return nil
	}
	return errors.New(s.how.Broken)
}

// within finds the entries that a call is about: those of its transaction, or all. As in OpenBao, the name of a transaction
// that is not open means none.
func (s *storage) within(transaction string) map[string][]byte {
	if begun, open := s.transactions[transaction]; open {
		return begun.entries
	}
	return s.entries
}

// changed notes a write that others see at once, and whether it was meant for a transaction.
func (s *storage) changed(transaction string) {
	if _, open := s.transactions[transaction]; open {
		return
	}
	s.changes++
	if transaction != "" {
		s.strays++
	}
}

func (s *storage) Get(ctx context.Context, a *pb.StorageGetArgs) (*pb.StorageGetReply, error) {
	if err := s.enter(ctx, "Get", false); err != nil {
		return &pb.StorageGetReply{Err: err.Error()}, nil
	}
	defer s.lock.Unlock()
	entries := s.within(a.Txn)
	value, found := entries[a.Key]
	if !found {
		return &pb.StorageGetReply{}, nil
	}
	return &pb.StorageGetReply{Entry: &pb.StorageEntry{Key: a.Key, Value: value}}, nil
}

func (s *storage) Put(ctx context.Context, a *pb.StoragePutArgs) (*pb.StoragePutReply, error) {
	if err := s.enter(ctx, "Put", true); err != nil {
		return &pb.StoragePutReply{Err: err.Error()}, nil
	}
	defer s.lock.Unlock()
	entries := s.within(a.Txn)
	entries[a.Entry.Key] = a.Entry.Value
	s.changed(a.Txn)
	return &pb.StoragePutReply{}, nil
}

func (s *storage) Delete(ctx context.Context, a *pb.StorageDeleteArgs) (*pb.StorageDeleteReply, error) {
	if err := s.enter(ctx, "Delete", true); err != nil {
		return &pb.StorageDeleteReply{Err: err.Error()}, nil
	}
	defer s.lock.Unlock()
	entries := s.within(a.Txn)
	delete(entries, a.Key)
	s.changed(a.Txn)
	return &pb.StorageDeleteReply{}, nil
}

func (s *storage) List(ctx context.Context, a *pb.StorageListArgs) (*pb.StorageListReply, error) {
	if err := s.enter(ctx, "List", false); err != nil {
		return &pb.StorageListReply{Err: err.Error()}, nil
	}
	defer s.lock.Unlock()
	entries := s.within(a.Txn)
	return &pb.StorageListReply{Keys: level(entries, a.Prefix)}, nil
}

func (s *storage) ListPage(ctx context.Context, a *pb.StorageListPageArgs) (*pb.StorageListReply, error) {
	if !s.offers() {
		return nil, status.Error(codes.Unimplemented, "no pages")
	}
	if err := s.enter(ctx, "ListPage", false); err != nil {
		return &pb.StorageListReply{Err: err.Error()}, nil
	}
	defer s.lock.Unlock()
	entries := s.within(a.Txn)
	keys := slices.DeleteFunc(level(entries, a.Prefix), func(key string) bool { return key <= a.After })
	if a.Limit > 0 && len(keys) > int(a.Limit) {
		keys = keys[:a.Limit]
	}
	return &pb.StorageListReply{Keys: keys}, nil
}

func (s *storage) IsTransactional(context.Context, *pb.Empty) (*pb.StorageIsTransactionalReply, error) {
	if !s.offers() {
		return nil, status.Error(codes.Unimplemented, "no transactions")
	}
	return &pb.StorageIsTransactionalReply{Transactional: true}, nil
}

func (s *storage) BeginTx(ctx context.Context, _ *pb.Empty) (*pb.StorageBeginTxReply, error) {
	if err := s.enter(ctx, "BeginTx", true); err != nil {
		return &pb.StorageBeginTxReply{Err: err.Error()}, nil
	}
	defer s.lock.Unlock()
	return &pb.StorageBeginTxReply{Txn: s.begin()}, nil
}

func (s *storage) BeginReadOnlyTx(ctx context.Context, _ *pb.Empty) (*pb.StorageBeginTxReply, error) {
	if err := s.enter(ctx, "BeginReadOnlyTx", false); err != nil {
		return &pb.StorageBeginTxReply{Err: err.Error()}, nil
	}
	defer s.lock.Unlock()
	return &pb.StorageBeginTxReply{Txn: s.begin()}, nil
}

func (s *storage) begin() string {
	s.begun++
	name := fmt.Sprintf("transaction-%d", s.begun)
	s.transactions[name] = &transaction{entries: maps.Clone(s.entries), since: s.changes}
	return name
}

func (s *storage) Commit(ctx context.Context, a *pb.StorageCommitTxArgs) (*pb.StorageCommitTxReply, error) {
	if err := s.enter(ctx, "Commit", true); err != nil {
		return &pb.StorageCommitTxReply{Err: err.Error()}, nil
	}
	defer s.lock.Unlock()
	begun, open := s.transactions[a.Txn]
	if !open {
		return &pb.StorageCommitTxReply{Err: "there is no such transaction"}, nil
	}
	delete(s.transactions, a.Txn)
	if s.how.Conflicts > 0 || begun.since != s.changes {
		s.how.Conflicts = max(0, s.how.Conflicts-1)
		return &pb.StorageCommitTxReply{Err: "transaction commit failed: somebody else wrote"}, nil
	}
	s.entries = begun.entries
	s.changes++
	return &pb.StorageCommitTxReply{}, nil
}

func (s *storage) Rollback(_ context.Context, a *pb.StorageRollbackTxArgs) (*pb.StorageRollbackTxReply, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.calls["Rollback"]++
	delete(s.transactions, a.Txn)
	return &pb.StorageRollbackTxReply{}, nil
}

func (s *storage) offers() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.how.Transactions
}

// level lists the names right below a prefix; folders end in a slash.
func level(entries map[string][]byte, prefix string) []string {
	names := map[string]bool{}
	for key := range entries {
		rest, below := strings.CutPrefix(key, prefix)
		if !below || rest == "" {
			continue
		}
		if folder, _, deeper := strings.Cut(rest, "/"); deeper {
			rest = folder + "/"
		}
		names[rest] = true
	}
	return slices.Sorted(maps.Keys(names))
}
