package policy

import (
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
)

// sizes bounds what conditions look at, for the estimate of their cost.
type sizes struct {
	lists map[string]listSize
}

// listSize is how many items a list of the policy has, and the bytes of the
// longest one.
type listSize struct{ items, longest uint64 }

func sizeOf(texts []item) listSize {
	s := listSize{items: uint64(len(texts))}
	for _, i := range texts {
		s.longest = max(s.longest, uint64(len(i.text)))
	}
	return s
}

// EstimateSize implements [cost.Estimator]. The words of an action count for
// what they are on average where all the bytes that they may have are used up:
// a loop over them costs no more than that.
func (s sizes) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	p := n.Path()
	isList := n.Type() != nil && n.Type().Kind() == types.ListKind
	if len(p) == 0 {
		return &cost.SizeEstimate{Max: maxArgs}
	}
	list, known := s.lists[p[0]]
	switch {
	case known && len(p) == 1:
		return &cost.SizeEstimate{Max: list.items}
	case known:
		return &cost.SizeEstimate{Max: list.longest}
	case p[0] == "call" && len(p) > 2 && strings.HasPrefix(p[len(p)-1], "@"):
		return &cost.SizeEstimate{Max: itemWeight}
	case p[0] == "call" && len(p) > 1 && p[1] == "args":
		return &cost.SizeEstimate{Max: maxArgs}
	case p[0] == "action" && len(p) == 3:
		return &cost.SizeEstimate{Max: maxWordText / maxWords}
	case p[0] == "action" && isList:
		return &cost.SizeEstimate{Max: maxWords}
	case p[0] == "action" || p[0] == "call":
		return &cost.SizeEstimate{Max: maxText}
	case isList: // a variable: see weigh
		return &cost.SizeEstimate{Max: maxArgs / itemWeight}
	case len(p) > 1:
		return &cost.SizeEstimate{Max: itemWeight}
	}
	return &cost.SizeEstimate{Max: maxArgs}
}

// EstimateCallCost implements [cost.Estimator] for the functions of policies; a
// unit is about what CEL counts for a comparison of ten characters.
func (s sizes) EstimateCallCost(function, id string, target *cost.AstNode, args []cost.AstNode) *cost.CallEstimate {
	if function == "string" && len(args) == 1 && args[0].ComputedSize() == nil {
		return &cost.CallEstimate{CostEstimate: cost.Estimate{Min: 1, Max: maxArgs / 10}, ResultSize: &cost.SizeEstimate{Max: maxArgs}}
	}
	if target == nil || len(args) == 0 {
		return nil
	}
	size := func(n cost.AstNode) uint64 { // of what isn't known, that of all arguments
		if known := n.ComputedSize(); known != nil && known.Max <= maxCost {
			return known.Max
		}
		return s.EstimateSize(n).Max
	}
	var units uint64
	switch id {
	case "text_matches":
		units = size(*target) * patternSize(args[0].Expr()) / 40
	case "path_glob", "path_within":
		units = maxText / 10
	case "text_contains_any":
		units = size(*target) / 10 * size(args[0])
	case "list_contains_any":
		units = size(*target) + size(args[0])
	default:
		return nil
	}
	return &cost.CallEstimate{CostEstimate: cost.Estimate{Min: 1, Max: units + 1}}
}

// patternSize is the number of a regular expression's instructions, four of
// which CEL counts as one.
func patternSize(n ast.Expr) uint64 {
	if s, ok := literalText(n); ok {
		if c, err := regexLiteral(s); err == nil {
			return uint64(c.(*boundedRegex).size)
		}
	}
	return maxRegex
}
