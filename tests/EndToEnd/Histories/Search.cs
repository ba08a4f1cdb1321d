namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>
/// Searches for an order of operations that explains their responses. Calls and responses are in a list by time; an
/// operation whose call precedes the first response may come next. A response whose operation has not been placed means
/// that the last choice was wrong. A read that the state explains comes next without a choice: it changes nothing, so
/// it need not come later.
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
    private readonly Stack<(Entry Call, GroupState Before, bool IsRead)> _order = new();
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
        var isReading = true;
        for (var steps = 0; _open > 0; steps++)
        {
            if (steps == MaxSteps)
                throw new InvalidOperationException(
                    "Too many operations with an unknown outcome: the search would not terminate.");
            if (entry!.Operation is { } operation)
            {
                var isTaken = TryTake(entry, operation, isReading);
                entry = isTaken ? _start.Next : entry.Next;
                isReading |= isTaken;
                continue;
            }

            if (isReading)
            {
                isReading = false;
                entry = _start.Next;
                continue;
            }

            if (entry == _last)
                _stuck.Add(_state);
            if ((entry = PutBackLastChoice()) is null)
                return false;
        }

        return true;
    }

    /// <summary>Null if there was no choice; otherwise the entry to try next.</summary>
    private Entry? PutBackLastChoice()
    {
        while (_order.TryPop(out var last))
        {
            _state = last.Before;
            PutBack(last.Call);
            if (!last.IsRead)
                return last.Call.Next;
        }

        return null;
    }

    private bool TryTake(Entry call, Operation operation, bool isReading)
    {
        if (_state.After(operation.Question, operation.Reply) is not { } next
            || isReading != (operation.IsRead && next == _state))
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

        _order.Push((call, _state, isReading));
        _state = next;
        call.Leave();
        call.Return?.Leave();
        _open -= call.Return is null ? 0 : 1;
        return true;
    }

    private void PutBack(Entry call)
    {
        Flip(call);
        call.Return?.Restore();
        call.Restore();
        _open += call.Return is null ? 0 : 1;
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
