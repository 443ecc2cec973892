package approval_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/approval"
	"github.com/runtimeguard/runtimeguard/guard"
)

// naive is an approver as one writes it first: it signs with a secret of the
// host's, knows a call by its words in lower case, looks before it takes, and
// prints what it is given. The attacks must succeed on it, or they are none.
type naive struct {
	folder string
	meet   func() // called between looking and taking
}

// ticket is the naive approver's file.
type ticket struct {
	Tool, Args, Status, By, Mac string
	Text                        string
}

func newNaive(t *testing.T) system {
	n := &naive{folder: t.TempDir(), meet: func() {}}
	require.NoError(t, os.WriteFile(filepath.Join(n.folder, "secret"), []byte(approval.NewKey().String()), 0o600))
	return n
}

func (n *naive) id(c *guard.Call) string {
	sum := sha256.Sum256([]byte(c.Tool + strings.ToLower(string(c.Raw))))
	return hex.EncodeToString(sum[:8])
}

func (n *naive) mac(id, status string) string {
	secret, err := os.ReadFile(filepath.Join(n.folder, "secret"))
	if err != nil {
		panic(err)
	}
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(id + status))
	return hex.EncodeToString(m.Sum(nil))
}

func (n *naive) read(id string) (t ticket) {
	text, _ := os.ReadFile(filepath.Join(n.folder, id+".json"))
	_ = json.Unmarshal(text, &t)
	return t
}

func (n *naive) write(id string, t ticket) {
	t.Mac = n.mac(id, t.Status)
	text, _ := json.Marshal(t)
	_ = os.WriteFile(filepath.Join(n.folder, id+".json"), text, 0o600)
}

func (n *naive) Find(_ context.Context, c *guard.Call, d guard.Decision) error {
	id := n.id(c)
	if t := n.read(id); t.Status == "approved" && t.Mac == n.mac(id, t.Status) {
		return nil
	}
	text := fmt.Sprintf("tool: %s\ncommand: %.200s\nreason: %s\n", c.Tool, c.Raw, d.Reason)
	n.write(id, ticket{Tool: c.Tool, Args: string(c.Raw), Status: "pending", Text: text})
	return &guard.PendingError{Request: id}
}

func (n *naive) Claim(ctx context.Context, c *guard.Call, d guard.Decision) (string, error) {
	if err := n.Find(ctx, c, d); err != nil {
		return "", err
	}
	n.meet()
	t := n.read(n.id(c))
	t.Status = "spent"
	n.write(n.id(c), t)
	return n.id(c), nil
}

func (n *naive) process(*testing.T) guard.Approver { return n }
func (n *naive) dir() string                       { return n.folder }
func (n *naive) later()                            {}
func (n *naive) shown(_ *testing.T, id string) string {
	return n.read(id).Text
}

// approve takes the name from what was sent, where it is there.
func (n *naive) approve(_ *testing.T, id, who string) {
	t := n.read(id)
	var sent struct{ Approver string }
	if _ = json.Unmarshal([]byte(t.Args), &sent); sent.Approver != "" {
		who = sent.Approver
	}
	t.Status, t.By = "approved", who
	n.write(id, t)
}

func (n *naive) approvedBy(_ *testing.T, id string) string { return n.read(id).By }

// selfApprove is what a program does that runs as the host: it signs with what
// it finds.
func (n *naive) selfApprove(_ *testing.T, id string) error {
	if n.read(id).Status == "" {
		return errors.New("there is no request")
	}
	t := n.read(id)
	t.Status = "approved"
	n.write(id, t)
	return nil
}
