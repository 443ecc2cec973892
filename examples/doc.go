// Package examples holds programs to run and to copy: quickstart (the whole
// way, with an MCP server, an agent and an operator), server (the same server
// for a real client), agent (a loop of one's own, without MCP), console (the
// operator's page at work) and policyci (a policy with its tests). Its test puts
// a server that somebody else wrote behind the guard.
package examples
