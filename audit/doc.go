// Package audit keeps the record of what was decided and done, in a form that
// shows tampering. A [Log] is a [guard.Auditor]: the Enforcer runs no handler
// before its record is durable.
//
// # The log
//
// A log is a folder. Its records stand in segments, 00000001.jsonl and so on:
// one JSON object a line, whose first members are
//
//	{"v":1,"seq":17,"prev":"<SHA-256 of the line before, newline included>","event":"decided", …
//
// The chain of hashes and the numbers run on from one segment to the next.
// Every so often, at the end of each segment, and when the log is closed, a
// line holds a checkpoint: the number and the hash of the line before it,
// signed (Ed25519, the note format of golang.org/x/mod/sumdb/note). The last
// one also stands in the file "checkpoint"; the key in "key" and "key.pub",
// where no other is configured.
//
// Any number of processes write to one log, under a lock that the system takes
// from a process that dies. One that writes keeps it for up to a millisecond, and
// a process that waits is the next to have it.
//
// # What each part shows
//
// The chain shows a line that was changed, removed, put in or moved, unless
// all lines after it were written anew. A checkpoint shows that too, unless the
// key is known. Only a checkpoint kept where whoever could rewrite the folder
// can't reach it shows that lines were cut off at the end or that the whole log
// was replaced: let a [Sink] carry them away, or copy the file, and give it to
// [Verify] as the head. Verify says in its report what it could not know.
// Segments must not be removed one by one: an old log is kept, or moved away,
// whole.
//
// # What is not in it
//
// Arguments are kept as their SHA-256 and size, never as text, and file
// contents not at all; what a handler returned as its number of bytes. The
// words of commands, paths and reasons are kept with secrets taken out, before
// the line is hashed. Redaction knows many shapes of secrets and not all: treat
// the log as confidential. A short secret can be guessed from the digest of the
// arguments that held it. An agent's session stands there as a digest too, by
// which [Query] finds it: many servers take whoever knows a session's id for its
// client.
//
// # Fields
//
// Names are short and stay as they are within version 1 of the schema; empty
// ones are left out. Where the OpenTelemetry conventions (for generative AI and
// MCP, processes, users, errors) or OCSF (with its profiles ai_tool,
// record_integrity and security_control) have a field of the same meaning, it is
// the one below. What both have for AI is in development, and may be renamed.
//
//	field        meaning                                   OpenTelemetry            OCSF
//	v            version of this schema                                             metadata.log_version
//	seq          number of the line, from 1                                         metadata.sequence
//	prev         SHA-256 of the line before                                         attestation.prev_event.fingerprint
//	event        decided, stepped, finished; operated: an  event.name               activity_name
//	             operator's; or the log's own: segment,
//	             checkpoint, recovered, dropped
//	time         UTC, nanoseconds                          timestamp                time
//	id           of the call                               gen_ai.tool.call.id      metadata.correlation_uid
//	agent        who calls                                 gen_ai.agent.name        ai_agent.name
//	session      of the agent: sha256: and 32 hex digits   mcp.session.id           ai_agent.instance_uid
//	user         behind the agent, or the operator         user.name                actor.user.name
//	verified     the transport authenticated the names
//	tool         name of the tool; of operated what was    gen_ai.tool.name         ai_tool.name
//	             done: halt, resume, restore, prune,
//	             approve, deny, remove
//	dir          folder that relative paths start from     process.working_directory process.working_directory
//	args         sha256 and size (bytes) of the arguments
//	engine, tier what runs the call and what holds it
//	actions      what it does: kind, program, command,     process.executable.name, process.name, file.path,
//	             args, path, resolved, zone, host, …       process.command_args,    dst_endpoint.hostname
//	                                                       file.path, server.address
//	actions_cut  count and sha256 of those left out; the
//	             same for rules, args, flags, via
//	effect       allow, ask, deny                                                   action, disposition
//	reason       in one line                                                        status_detail
//	by, deciding the action that decided: its index, or itself
//	rules        that fired: rule, pos (file:line), effect,                         authorizations.policy
//	             message, action (index), error
//	require      what must hold
//	policy       digest of the policy                                               policy.uid
//	audit        decided in audit mode; observed is what would have been
//	request      that waits for a human
//	grant        that was spent
//	approver     who answered, as their transport knew them
//	snapshot     taken before
//	started      the handler was started
//	exit         status of the command                     process.exit.code        exit_code
//	output       bytes given to the agent
//	failed       the tool reported an error                error.type=tool_error    status_id
//	duration_ns  of the handler                            span duration            duration (milliseconds)
//	error        of the handler, or of what refused        span status description  message
//	altered      how many texts were redacted, cut, or had
//	             invalid UTF-8 replaced
//	log, segment id of the log, number of the segment                               attestation.chain_uid
//	note         the signed checkpoint                                              attestation.signatures
package audit
