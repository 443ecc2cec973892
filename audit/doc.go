// Package audit keeps the record of what was decided and done, in a form that
// shows tampering. A [Log] is a [guard.Auditor].
package audit
