// Package webhook tells an HTTP endpoint of requests that wait for an answer:
//
//	hook, err := webhook.New(webhook.Config{URL: "https://chat.example.com/hooks/42", Secret: secret})
//	...
//	defer hook.Close()
//	rt, err := runtimeguard.Open(runtimeguard.Config{
//		Workspace: ".",
//		Approvals: approval.Config{Notify: hook},
//	})
//
// What is sent holds the request's id and digest and nothing else of it: no
// arguments, nothing that approves. It is signed as Standard Webhooks says
// (https://www.standardwebhooks.com), so that the receiver's libraries can
// verify it:
//
//	POST, with the headers webhook-id (the request's id), webhook-timestamp
//	(seconds) and webhook-signature ("v1," and the base64 of the HMAC-SHA256
//	over id.timestamp.body)
//
//	{"type":"approval.requested","timestamp":"2026-03-04T05:06:07Z",
//	 "data":{"request":"k3v…","digest":"8f0c…","decideBy":"2026-03-04T06:06:07Z"}}
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/runtimeguard/runtimeguard/approval"
)

// Bounds of what is sent.
const (
	minSecret  = 24               // bytes
	maxQueued  = 64               // notices that wait to be sent
	tries      = 5                // of one notice
	firstPause = time.Second      // before the second try; doubled each time
	tryTime    = 10 * time.Second // of one try
	closeWait  = 15 * time.Second // until Close gives up
)

// Config says where to send, and with which secret.
type Config struct {
	// URL is the endpoint: https, or http on this machine.
	URL string
	// Secret is shared with the receiver: at least 24 random bytes.
	Secret []byte
	// Client sends; nil: one that follows no redirect, which would carry the
	// signature elsewhere.
	Client *http.Client
	// Failed is told what could not be delivered; nil: nobody is. It must be safe
	// for concurrent use.
	Failed func(error)
}

// Webhook is an [approval.Notifier]. It is safe for concurrent use.
type Webhook struct {
	c      Config
	pause  time.Duration
	mu     sync.Mutex // of closing the queue
	closed bool
	queue  chan approval.Notice
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}
}

var _ approval.Notifier = (*Webhook)(nil)

// New starts a Webhook. Close it after use.
func New(c Config) (*Webhook, error) {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		return nil, errors.New("webhook: Config.URL isn't a URL")
	case u.Scheme != "https" && !(u.Scheme == "http" && local(u.Hostname())) || u.Host == "":
		return nil, errors.New("webhook: Config.URL must be https://, or http:// on this machine")
	case len(c.Secret) < minSecret:
		return nil, fmt.Errorf("webhook: Config.Secret has %d bytes, at least %d are needed", len(c.Secret), minSecret)
	}
	if c.Client == nil {
		c.Client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	c.Secret = bytes.Clone(c.Secret)
	w := &Webhook{c: c, pause: firstPause, queue: make(chan approval.Notice, maxQueued), done: make(chan struct{})}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	go w.run()
	return w, nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Notify implements [approval.Notifier]. Past 64 waiting notices one is dropped
// and reported.
func (w *Webhook) Notify(_ context.Context, n approval.Notice) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	select {
	case w.queue <- n:
	default:
		go w.failed(fmt.Errorf("webhook: request %s: dropped: %d others wait to be sent", n.Request, maxQueued))
	}
}

// Close sends what waits, for up to 15 seconds.
func (w *Webhook) Close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	t := time.AfterFunc(closeWait, w.cancel)
	defer t.Stop()
	<-w.done
	w.cancel()
	return nil
}

func (w *Webhook) run() {
	defer close(w.done)
	for n := range w.queue {
		if err := w.deliver(n); err != nil {
			w.failed(fmt.Errorf("webhook: request %s: %w", n.Request, err))
		}
	}
}

func (w *Webhook) failed(err error) {
	if w.c.Failed != nil {
		w.c.Failed(err)
	}
}

// deliver tries until the receiver has taken a notice or refuses it for good.
func (w *Webhook) deliver(n approval.Notice) (err error) {
	body, err := payload(n)
	pause := w.pause
	for i := 0; i < tries && err == nil; i++ {
		if i > 0 {
			select {
			case <-time.After(pause/2 + rand.N(pause)):
			case <-w.ctx.Done():
			}
			pause *= 2
		}
		again, failed := w.try(n.Request, body)
		if failed == nil {
			return nil
		}
		if !again || w.ctx.Err() != nil || i == tries-1 {
			err = failed
		}
	}
	return err
}

func payload(n approval.Notice) ([]byte, error) {
	type data struct {
		Request  string    `json:"request"`
		Digest   string    `json:"digest"`
		DecideBy time.Time `json:"decideBy"`
	}
	return json.Marshal(struct {
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      data      `json:"data"`
	}{"approval.requested", n.Created, data{n.Request, hex.EncodeToString(n.Digest[:]), n.DecideBy}})
}

// try sends once. Errors name no part of the URL, which may be a secret.
func (w *Webhook) try(id string, body []byte) (again bool, err error) {
	ctx, cancel := context.WithTimeout(w.ctx, tryTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.c.URL, bytes.NewReader(body))
	if err != nil {
		return false, errors.New("the URL can't be used")
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", stamp)
	r.Header.Set("webhook-signature", sign(w.c.Secret, id, stamp, body))
	resp, err := w.c.Client.Do(r)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return true, err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	again = resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusRequestTimeout
	if resp.StatusCode/100 != 2 {
		return again, fmt.Errorf("the receiver answered %s", resp.Status)
	}
	return false, nil
}

func sign(secret []byte, id, stamp string, body []byte) string {
	m := hmac.New(sha256.New, secret)
	fmt.Fprintf(m, "%s.%s.%s", id, stamp, body)
	return "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
}
