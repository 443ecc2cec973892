// Package socket carries messages, and open files with them, between two
// processes of one machine. It knows Linux only.
package socket
