namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>
/// Searches for an order of operations that explains their responses. Calls and responses are in a list by time; an
/// operation whose call precedes the first response may come next. A response whose operation has not been placed means
/// that the last choice was wrong.
/// </summary>
internal sealed class Search
{
    /// <summary>
    /// Far more than any of our histories needs: a search that reaches this shows a mistake in the workload.
    /// </summary>
    private const int MaxSteps = 50_000_000;

    private readonly Entry _start = new();
    private readonly HashSet<Tried> _tried = [];
    private readonly HashSet<GroupState> _stuck = [];
    private readonly Stack<(Entry Call, GroupState Before)> _order = new();
    private readonly ulong[] _done;
    private GroupState _state;
    private Entry? _last;
    private int _open;

    private Search(IReadOnlyList<Operation> operations)
    {
        _done = new ulong[(operations.Count + 63) / 64];
        var entries = new List<(long Time, int Kind, Entry Entry)>();
        for (var i = 0; i < operations.Count; i++)
        {
            var call = new Entry { Operation = operations[i], Index = i };
            entries.Add((operations[i].Invoked, 0, call));
            if (!operations[i].Reply.IsKnown)
                continue;
            call.Return = new Entry();
            entries.Add((operations[i].Returned, 1, call.Return));
            _open++;
        }

        var end = _start;
        foreach (var (_, _, entry) in entries.OrderBy(entry => entry.Time).ThenBy(entry => entry.Kind))
        {
            entry.Previous = end;
            end = end.Next = entry;
            if (entry.Operation is null)
                _last = entry;
        }
    }

    /// <summary>Null if an order exists; otherwise the states that explain all but the last response.</summary>
    public static IReadOnlyCollection<GroupState>? Run(IReadOnlyList<Operation> operations)
    {
        var search = new Search(operations);
        return search.FindOrder() ? null : search._stuck;
    }

    private bool FindOrder()
    {
        var entry = _start.Next;
        for (var steps = 0; _open > 0; steps++)
        {
            if (steps == MaxSteps)
                throw new InvalidOperationException(
                    "Too many operations with an unknown outcome: the search would not terminate.");
            if (entry!.Operation is { } operation)
            {
                entry = TryTake(entry, operation) ? _start.Next : entry.Next;
                continue;
            }

            if (entry == _last)
                _stuck.Add(_state);
            if (!_order.TryPop(out var choice))
                return false;
            _state = choice.Before;
            entry = PutBack(choice.Call).Next;
        }

        return true;
    }

    private bool TryTake(Entry call, Operation operation)
    {
        if (_state.After(operation.Question, operation.Reply) is not { } next)
            return false;
        // An operation with an unknown outcome that changes nothing can be left out.
        if (!operation.Reply.IsKnown && next == _state)
            return false;
        Flip(call);
        if (!_tried.Add(new Tried([.. _done], next)))
        {
            Flip(call);
            return false;
        }

        _order.Push((call, _state));
        _state = next;
        call.Leave();
        call.Return?.Leave();
        _open -= call.Return is null ? 0 : 1;
        return true;
    }

    private Entry PutBack(Entry call)
    {
        Flip(call);
        call.Return?.Restore();
        call.Restore();
        _open += call.Return is null ? 0 : 1;
        return call;
    }

    private void Flip(Entry call) => _done[call.Index / 64] ^= 1ul << call.Index % 64;

    /// <summary>A call, or, without an operation, the response to one.</summary>
    private sealed class Entry
    {
        public Operation? Operation { get; init; }

        public int Index { get; init; }

        public Entry? Return { get; set; }

        public Entry? Previous { get; set; }

        public Entry? Next { get; set; }

        public void Leave()
        {
            Previous!.Next = Next;
            if (Next is not null)
                Next.Previous = Previous;
        }

        public void Restore()
        {
            Previous!.Next = this;
            if (Next is not null)
                Next.Previous = this;
        }
    }

    /// <summary>The placed operations and the state after them, which determine the rest of the search.</summary>
    private readonly struct Tried(ulong[] done, GroupState state) : IEquatable<Tried>
    {
        private readonly ulong[] _done = done;
        private readonly GroupState _state = state;

        public bool Equals(Tried other) => _state == other._state && Enumerable.SequenceEqual(_done, other._done);

        public override bool Equals(object? obj) => obj is Tried other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(_state);
            foreach (var word in _done)
                hash.Add(word);
            return hash.ToHashCode();
        }
    }
}
